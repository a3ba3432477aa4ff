import type { Random } from '../base';

/**
 * An order of the rows in which every prefix is a stratified sample of them all: the image at place p (from 0) of
 * its shuffled class of n images has rank p / n, and the ranks ascend. So a prefix of m rows holds every class once
 * m >= classes, the share of each within one image of its share in the whole times the prefix's largest rank, and
 * prefixes are nested by themselves.
 * @param labels the class of each row, [n]
 * @returns a permutation of 0 ... n - 1
 */
export function nestedOrder(labels: Int32Array, random: Random): Int32Array {
  const classes = new Map<number, number[]>();
  labels.forEach((label, row) => {
    const rows = classes.get(label);
    if (rows) rows.push(row);
    else classes.set(label, [row]);
  });
  const ranked: { readonly row: number; readonly rank: number; readonly tie: number }[] = [];
  for (const [, rows] of [...classes].sort(([a], [b]) => a - b)) {
    shuffle(rows, random);
    rows.forEach((row, place) => ranked.push({ row, rank: place / rows.length, tie: random() }));
  }
  ranked.sort((a, b) => a.rank - b.rank || a.tie - b.tie);
  return Int32Array.from(ranked, ({ row }) => row);
}

/** Fisher and Yates, in place. */
function shuffle(items: number[], random: Random): void {
  for (let i = items.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [items[i], items[j]] = [items[j] as number, items[i] as number];
  }
}
