import { cosines, unitRows } from '../training';

/**
 * How unlike anything trained each image is: 1 less the largest cosine between its scaled values [n, D] and those of
 * a training image [m, D]; 0 for a copy (Sun, Ming, Zhu, Li, "Out-of-distribution detection with deep nearest
 * neighbors", 2022, with k = 1). Told other datasets apart best of what was measured: docs/heads.md.
 * @param training rows of length 1 (`unitRows`)
 */
export function novelty(values: Float32Array, training: Float64Array, dimension: number): Float64Array {
  const m = training.length / dimension;
  const similarities = cosines(unitRows(values, dimension), training, dimension);
  return Float64Array.from({ length: values.length / dimension }, (_, row) =>
    similarities
      .subarray(row * m, (row + 1) * m)
      .reduce((least, cosine) => Math.min(least, 1 - cosine), Infinity),
  );
}

/**
 * The novelty above which an answer is `unknown`: at most a share `refused` of known images, whose novelties are
 * given, is above it. They must not be training images. Infinity of no image: nothing is refused.
 */
export function noveltyThreshold(known: Float64Array, refused: number): number {
  const sorted = known.slice().sort();
  const above = Math.floor(refused * sorted.length);
  return sorted[sorted.length - 1 - above] ?? Infinity;
}
