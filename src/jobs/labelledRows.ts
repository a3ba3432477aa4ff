import type { CachedImage } from '../bottlenecks';

/** Images with their raw bottleneck values [n, D] and the index of each one's label, [n]. */
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

/** The rows that `isWanted` takes and whose label is among `labels`. */
export function labelledRows(
  { rows, values }: { readonly rows: readonly CachedImage[]; readonly values: Float32Array },
  labels: readonly string[],
  isWanted: (row: CachedImage, index: number) => boolean = () => true,
): LabelledRows {
  const indexOf = labelFinder(labels);
  const indices = rows.map(({ image }) => indexOf(image.label));
  const wanted = [...rows.keys()].filter((index) => {
    const row = rows[index];
    return row !== undefined && indices[index] !== undefined && isWanted(row, index);
  });
  const dimension = rows.length === 0 ? 0 : values.length / rows.length;
  const chosen = new Float32Array(wanted.length * dimension);
  wanted.forEach((index, i) =>
    chosen.set(values.subarray(index * dimension, (index + 1) * dimension), i * dimension),
  );
  const taken = wanted.flatMap((index) => rows[index] ?? []);
  return {
    rows: taken,
    values: chosen,
    labels: Int32Array.from(wanted, (index) => indices[index] ?? -1),
  };
}
