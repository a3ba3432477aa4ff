import type { CachedImage } from '../bottlenecks';
import type { ReadRows } from './fillCache';

/** Images with their bottleneck values [n, D] and the index of each one's label, [n]. */
export interface LabelledRows {
  readonly rows: readonly CachedImage[];
  readonly values: Float32Array;
  readonly labels: Int32Array;
}

/**
 * Finds a label's index among `labels`; undefined where it is none of them. A folder's name may be composed
 * otherwise on another system (NFC, NFD): where no label is the very same, one that reads the same is taken.
 */
export function labelFinder(labels: readonly string[]): (label: string) => number | undefined {
  const exact = new Map(labels.map((label, i) => [label, i]));
  const composed = new Map(labels.map((label, i) => [label.normalize('NFC'), i]));
  return (label) => exact.get(label) ?? composed.get(label.normalize('NFC'));
}

/** The rows `from` up to, not including, `to`, whose labels are all among `labels`; their values are a view. */
export function labelledRows(
  { rows, values }: ReadRows,
  labels: readonly string[],
  from = 0,
  to = rows.length,
): LabelledRows {
  const indexOf = labelFinder(labels);
  const dimension = rows.length === 0 ? 0 : values.length / rows.length;
  const own = rows.slice(from, to);
  return {
    rows: own,
    values: values.subarray(from * dimension, to * dimension),
    labels: Int32Array.from(own, ({ image }) => indexOf(image.label) ?? -1),
  };
}
