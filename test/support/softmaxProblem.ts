import { seededRandom, type Random } from '../../src/base';
import type { Head, TrainingSet } from '../../src/training';

/** Normally distributed clouds around one random centre a class: values [n, dimension], classes in turn. */
export function clouds(n: number, dimension: number, classes: number, seed: number, spread = 1): TrainingSet {
  const random = seededRandom(seed);
  const centres = Array.from({ length: classes * dimension }, () => normal(random));
  const labels = Int32Array.from({ length: n }, (_, row) => row % classes);
  const values = Float32Array.from({ length: n * dimension }, (_, i) => {
    const label = labels[Math.floor(i / dimension)] ?? 0;
    return (centres[label * dimension + (i % dimension)] ?? 0) + spread * normal(random);
  });
  return { values, labels };
}

/** logits [n, C] of a head on values [n, D], summed one by one. */
export function logitsOf({ weights, bias }: Head, values: Float32Array): number[][] {
  const classes = bias.length;
  const dimension = weights.length / classes;
  return Array.from({ length: values.length / dimension }, (_, row) =>
    Array.from(bias, (start, c) => {
      let sum = start;
      for (let i = 0; i < dimension; i++)
        sum += (values[row * dimension + i] ?? NaN) * (weights[i * classes + c] ?? NaN);
      return sum;
    }),
  );
}

/** Box and Muller. */
function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
