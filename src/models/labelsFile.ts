/**
 * labels.txt: one label a line, in the order of the head's outputs, each line ended by `\n`. A backslash, a
 * line feed or a carriage return in a label (folder names of Linux may hold them) is written `\\`, `\n`, `\r`.
 */
export function writeLabels(labels: readonly string[]): string {
  return labels.map((label) => `${label.replace(/[\\\n\r]/g, (c) => escapes.get(c) ?? c)}\n`).join('');
}

/** The labels of a labels.txt; also of one that an editor saved with `\r\n` or without the last line end. */
export function readLabels(text: string): string[] {
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  return lines.map((line) => line.replace(/\\[\\nr]/g, (sequence) => unescapes.get(sequence) ?? sequence));
}

const escapes = new Map([
  ['\\', '\\\\'],
  ['\n', '\\n'],
  ['\r', '\\r'],
]);
const unescapes = new Map([...escapes].map(([plain, sequence]) => [sequence, plain]));
