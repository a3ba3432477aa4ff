import { t } from './words';

/** A label or file name for display: composed, and never nothing. */
export function shown(name: string): string {
  return name === '' ? t('(no name)') : name.normalize('NFC');
}

const longest = 48;

/** A name inside a sentence: shortened, and isolated so that its writing direction stays its own. */
export function quoted(name: string): string {
  const letters = [...shown(name)];
  const short = letters.length > longest ? `${letters.slice(0, longest - 1).join('')}…` : letters.join('');
  return `\u2068${short}\u2069`;
}

/** The last part of a path. */
export function fileName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
}

/** A label or file name as text of its own direction; what does not fit is in its tooltip. */
export function Name({ of, class: className }: { of: string; class?: string }) {
  return (
    <bdi class={className === undefined ? 'name' : `name ${className}`} title={shown(of)}>
      {shown(of)}
    </bdi>
  );
}
