import type { Head, Product } from '../training';
import type { LabelledRows } from './labelledRows';

/** Parts of the training images, evenly spaced by their ratio: 10 % to all. */
const parts = 7;
/** Multiplications of one product: the event loop gets a turn between two of them. */
const turn = 2 ** 26;

/** The sizes to train at, ascending, the last being `all`; none so small that a class would be missing. */
export function sizesUpTo(all: number, classes: number): number[] {
  const shares = Array.from({ length: parts }, (_, i) => 10 ** (i / (parts - 1) - 1));
  const sizes = shares.map((share) => Math.round(share * all)).filter((n) => n >= Math.max(classes, 2));
  return [...new Set([...sizes, all])].sort((a, b) => a - b);
}

/** Puts rows with their labels and values [n, dimension] into the order given, in place: row i is then what row order[i] was. */
export function permuteRows(
  { values, labels }: Pick<LabelledRows, 'values' | 'labels'>,
  order: Int32Array,
  dimension: number,
): void {
  const row = (i: number): Float32Array => values.subarray(i * dimension, (i + 1) * dimension);
  const moved = new Uint8Array(order.length);
  const held = new Float32Array(dimension);
  for (let start = 0; start < order.length; start++) {
    if (moved[start] === 1) continue;
    // One cycle of the permutation after the other; the first row of each waits in `held`.
    held.set(row(start));
    const label = labels[start] as number;
    let at = start;
    for (;;) {
      moved[at] = 1;
      const from = order[at] as number;
      if (from === start) break;
      row(at).set(row(from));
      labels[at] = labels[from] as number;
      at = from;
    }
    row(at).set(held);
    labels[at] = label;
  }
}

/** Which of the scaled rows a head names wrongly: [n] of 0 and 1. */
export async function countWrong(
  head: Head,
  { values, labels }: Pick<LabelledRows, 'values' | 'labels'>,
  product: Product,
): Promise<Uint8Array> {
  const classes = head.bias.length;
  const dimension = head.weights.length / classes;
  const wrong = new Uint8Array(labels.length);
  const weights = { rows: dimension, columns: classes, data: head.weights };
  const chunk = Math.max(1, Math.floor(turn / head.weights.length));
  for (let from = 0; from < labels.length; from += chunk) {
    const rows = Math.min(chunk, labels.length - from);
    const data = values.subarray(from * dimension, (from + rows) * dimension);
    const logits = (await product({ rows, columns: dimension, data }, weights)).data;
    for (let row = 0; row < rows; row++) {
      let best = 0;
      let highest = -Infinity;
      for (let c = 0; c < classes; c++) {
        const logit = (logits[row * classes + c] as number) + (head.bias[c] as number);
        if (logit > highest) [best, highest] = [c, logit];
      }
      wrong[from + row] = best === labels[from + row] ? 0 : 1;
    }
  }
  return wrong;
}
