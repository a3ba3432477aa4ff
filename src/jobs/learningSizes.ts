import { setImmediate as yieldToEvents } from 'node:timers/promises';
import { throwIfAborted } from '../base';
import { classesOf, logitsOf, type Product, type TrainedHead } from '../training';
import type { HeadKind } from './crossValidationResults';
import type { LabelledRows } from './labelledRows';

/** Parts of the training images, evenly spaced by their ratio: 10 % to all. */
const parts = 7;
/** Multiplications after which the event loop gets a turn: some 30 ms of them in a loop, or in the product of a runtime. */
const turns = { loop: 2 ** 25, product: 2 ** 30 };

/** The sizes to train at, ascending, the last being `all`; none so small that a class would be missing. */
export function sizesUpTo(all: number, classes: number): number[] {
  const shares = Array.from({ length: parts }, (_, i) => 10 ** (i / (parts - 1) - 1));
  const sizes = shares.map((share) => Math.round(share * all)).filter((n) => n >= Math.max(classes, 2));
  return [...new Set([...sizes, all])].sort((a, b) => a - b);
}

/**
 * How images are dealt out to folds where nobody says it: the fewer they are, the less a training costs, and the more
 * is known by testing them again, by heads of other samples. @param photos different ones
 */
export function usualDealing(photos: number, head: HeadKind): { folds: number; repeats: number } {
  const folds = Math.min(photos, photos < 100 ? 10 : photos < 1000 ? 5 : 4);
  // A hidden layer takes seconds whatever it is trained on.
  const repeats = head === 'hidden' ? 1 : Math.min(3, Math.max(1, Math.round(400 / photos)));
  return { folds, repeats };
}

/** The order by which rows that stand as `from` come to stand as `to`; both name each row once. */
export function orderBetween(from: readonly number[], to: readonly number[]): Int32Array {
  const places = new Int32Array(from.length);
  from.forEach((row, place) => {
    places[row] = place;
  });
  return Int32Array.from(to, (row) => places[row] ?? 0);
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

/**
 * Which of the scaled rows a head names wrongly: [n] of 0 and 1.
 * @throws the signal's reason once aborted
 */
export async function countWrong(
  trained: TrainedHead,
  { values, labels }: Pick<LabelledRows, 'values' | 'labels'>,
  product: Product,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const classes = classesOf(trained);
  const dimension = values.length / labels.length;
  const wrong = new Uint8Array(labels.length);
  const chunk = Math.max(1, Math.floor(rowsATurn(trained)));
  for (let from = 0; from < labels.length; from += chunk) {
    await yieldToEvents();
    throwIfAborted(signal);
    const rows = Math.min(chunk, labels.length - from);
    const part = values.subarray(from * dimension, (from + rows) * dimension);
    const logits = await logitsOf(trained, part, rows, product);
    for (let row = 0; row < rows; row++) {
      let best = 0;
      let highest = -Infinity;
      for (let c = 0; c < classes; c++) {
        const logit = logits[row * classes + c] as number;
        if (logit > highest) [best, highest] = [c, logit];
      }
      wrong[from + row] = best === labels[from + row] ? 0 : 1;
    }
  }
  return wrong;
}

function rowsATurn(trained: TrainedHead): number {
  switch (trained.kind) {
    case 'linear':
      return turns.loop / trained.head.weights.length;
    case 'hidden':
      return turns.loop / (trained.hidden.weights.length + trained.output.weights.length);
    case 'neighbours':
      return turns.product / trained.neighbours.units.length;
  }
}
