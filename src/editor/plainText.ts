/** A zero-width space. */
const gap = '\u200b';

/**
 * `text` as VS Code's notifications show it letter by letter: names in it come from disk, and what looks like
 * `[name](command:...)` would become a link.
 */
export function notificationText(text: string): string {
  return text.replaceAll('](', `]${gap}(`);
}

/** `text` as an item of a list shows it letter by letter: what looks like `$(name)` would become an icon. */
export function listText(text: string): string {
  return text.replace(/\$\((?=[\w~-]+\))/g, '\\$(');
}
