import type { Matrix64 } from './matrix64';
import type { TrainingSet } from './trainSoftmax';

/** A regularised least squares problem. */
export interface RidgeProblem {
  readonly training: TrainingSet;
  /** D */
  readonly dimension: number;
  /** C */
  readonly classes: number;
  /** How much each image counts, [n], above zero; absent: 1 each. */
  readonly imageWeights?: Float64Array | undefined;
}

/** A problem with values and targets centred, so that the bias is out of the way. */
export interface Centred {
  readonly n: number;
  readonly dimension: number;
  readonly classes: number;
  /** w_i / sum(w) */
  readonly shares: Float64Array;
  /** sqrt(w_i) */
  readonly roots: Float64Array;
  /** The targets, and the same centred and weighted, [n, C]. */
  readonly targets: Float64Array;
  readonly weighted: Matrix64;
  /** Rows of B. */
  rows(from: number, to: number): Matrix64;
  /** The head with weights V [D, C]. */
  head(weights: Matrix64): { weights: Float64Array; bias: Float64Array };
}

/** @throws RangeError where shapes disagree, or with fewer than two images */
export function centre({ training, dimension, classes, imageWeights }: RidgeProblem): Centred {
  const { values, labels } = training;
  const n = labels.length;
  if (values.length !== n * dimension)
    throw new RangeError(`${values.length} values are not ${n} rows of ${dimension}`);
  if (!labels.every((label) => label >= 0 && label < classes))
    throw new RangeError(`A label is not one of the ${classes} classes`);
  if (n < 2) throw new RangeError('Leaving one out takes two images');
  const counts = imageWeights ?? new Float64Array(n).fill(1);
  if (counts.length !== n || !counts.every((weight) => weight > 0))
    throw new RangeError(`There are not ${n} image weights above zero`);
  const sum = counts.reduce((total, weight) => total + weight, 0);
  const shares = counts.map((weight) => weight / sum);
  const roots = counts.map(Math.sqrt);

  const targets = new Float64Array(n * classes).fill(-1);
  labels.forEach((label, row) => (targets[row * classes + label] = 1));
  const targetMeans = weightedMeans(targets, shares, classes);
  const valueMeans = weightedMeans(values, shares, dimension);
  const unit = 1 / Math.sqrt(dimension);
  const deviations = (
    from: number,
    to: number,
    of: Float32Array | Float64Array,
    means: Float64Array,
    factor: number,
  ): Matrix64 => {
    const columns = means.length;
    const data = new Float64Array((to - from) * columns);
    for (let row = from; row < to; row++) {
      const weight = factor * (roots[row] as number);
      const offset = (row - from) * columns;
      const values = of.subarray(row * columns, (row + 1) * columns);
      for (let i = 0; i < columns; i++)
        data[offset + i] = ((values[i] as number) - (means[i] as number)) * weight;
    }
    return { rows: to - from, columns, data };
  };

  return {
    n,
    dimension,
    classes,
    shares,
    roots,
    targets,
    weighted: deviations(0, n, targets, targetMeans, 1),
    rows: (from, to) => deviations(from, to, values, valueMeans, unit),
    head: ({ data }) => {
      const weights = data.map((value) => value * unit);
      const bias = targetMeans.slice();
      for (let i = 0; i < dimension; i++)
        for (let c = 0; c < classes; c++)
          bias[c] = (bias[c] as number) - (valueMeans[i] as number) * (weights[i * classes + c] as number);
      return { weights, bias };
    },
  };
}

function weightedMeans(
  values: Float32Array | Float64Array,
  shares: Float64Array,
  columns: number,
): Float64Array {
  const means = new Float64Array(columns);
  shares.forEach((share, row) => {
    for (let i = 0; i < columns; i++)
      means[i] = (means[i] as number) + share * (values[row * columns + i] as number);
  });
  return means;
}
