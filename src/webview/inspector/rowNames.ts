import type { PartRow } from '../../protocol';

const sides = new Set(['train', 'training', 'val', 'validation', 'test', 'testing']);

/** The path of a row's image, now or, when it is gone, then; empty where nothing says. */
export function pathOf(row: PartRow): string {
  return row.path ?? row.pathWhenComputed ?? '';
}

/** The label a path stands for: its class folder, below the folder of a given split where there is one. */
export function labelOf(row: PartRow): string {
  const folders = pathOf(row).split('/').slice(0, -1);
  const [first = '', second] = folders;
  return second !== undefined && sides.has(first.toLowerCase()) ? second : first;
}

/** Rows whose path holds `text`, whatever its case or composition. */
export function rowsMatching(rows: readonly PartRow[], text: string): readonly PartRow[] {
  const plain = (name: string) => name.normalize('NFC').toLowerCase();
  const wanted = plain(text.trim());
  return wanted === '' ? rows : rows.filter((row) => plain(pathOf(row)).includes(wanted));
}
