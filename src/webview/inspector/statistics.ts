import type { RowValues } from '../../protocol';

/** What the values of a row come to. */
export interface Statistics {
  readonly minimum: number;
  readonly maximum: number;
  readonly mean: number;
  /** Euclidean. */
  readonly norm: number;
  readonly zeros: number;
}

const known = new WeakMap<RowValues, Statistics>();

export function statisticsOf(row: RowValues): Statistics {
  const found = known.get(row);
  if (found) return found;
  let minimum = Infinity;
  let maximum = -Infinity;
  let sum = 0;
  let squares = 0;
  let zeros = 0;
  for (const value of row.values) {
    if (value < minimum) minimum = value;
    if (value > maximum) maximum = value;
    sum += value;
    squares += value * value;
    if (value === 0) zeros++;
  }
  const mean = sum / Math.max(1, row.values.length);
  const made = { minimum, maximum, mean, norm: Math.sqrt(squares), zeros };
  known.set(row, made);
  return made;
}

/** How many values fall into each of `bins` equal parts between minimum and maximum. */
export function histogram(row: RowValues, bins: number): number[] {
  const { minimum, maximum } = statisticsOf(row);
  const counts = new Array<number>(bins).fill(0);
  const width = (maximum - minimum) / bins;
  if (!Number.isFinite(width)) return counts;
  for (const value of row.values) {
    const bin = width === 0 ? 0 : Math.min(bins - 1, Math.floor((value - minimum) / width));
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return counts;
}

/** Mean and deviation of each value over the cache ([D]). */
export interface Scale {
  readonly mean: Float32Array;
  readonly deviation: Float32Array;
}

/** How many deviations the value at `index` lies above its mean; 0 where all values are the same. */
export function deviations(row: RowValues, { mean, deviation }: Scale, index: number): number {
  const spread = deviation[index] ?? 0;
  const distance = (row.values[index] ?? 0) - (mean[index] ?? 0);
  const result = spread > 0 ? distance / spread : 0;
  return Number.isFinite(result) ? result : 0;
}
