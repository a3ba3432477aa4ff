import { signal, type ReadonlySignal } from '@preact/signals';

const version = signal(0);

/** Rises each time the editor's colours change; what draws on a canvas reads it to draw again. */
export const themeVersion: ReadonlySignal<number> = version;

const observer = new MutationObserver(() => {
  version.value += 1;
});
// The kind of theme is a class of the body, its name an attribute; the colours are properties of the root.
observer.observe(document.body, {
  attributes: true,
  attributeFilter: ['class', 'data-vscode-theme-id', 'data-vscode-theme-kind'],
});
observer.observe(document.documentElement, { attributes: true, attributeFilter: ['style', 'class'] });

/** The present value of a custom property, such as `--accent`, resolved to a colour. */
export function colour(property: string): string {
  const probe = document.createElement('span');
  probe.style.color = `var(${property})`;
  probe.hidden = true;
  document.body.append(probe);
  const resolved = getComputedStyle(probe).color;
  probe.remove();
  return resolved;
}
