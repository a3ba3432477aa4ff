import { throwIfAborted } from '../base';
import type { Head } from './head';
import type { Product } from './matrix';
import { fitTemperature } from './temperature';
import type { TrainingSet } from './trainSoftmax';

export interface CentroidTask {
  /** Scaled values. */
  readonly training: TrainingSet;
  readonly dimension: number;
  readonly classes: number;
  /** Whose means are taken in place of those of `training`, to which the temperature is fitted: see `RidgeTask`. */
  readonly fitted?: TrainingSet;
}

/**
 * The class whose mean is nearest (Rocchio, 1971; prototypes of Snell, Swersky, Zemel, "Prototypical networks for
 * few-shot learning", 2017): -||x - m_c||^2 / 2 without the term that all classes share, x . m_c - ||m_c||^2 / 2, is
 * linear. The temperature, by which the logits are divided, is fitted to the answers that leave each image out of the
 * mean of its class.
 * @throws RangeError where shapes disagree; the signal's reason once aborted
 */
export async function trainCentroid(
  { training, dimension, classes, fitted }: CentroidTask,
  product: Product,
  { signal }: { signal?: AbortSignal } = {},
): Promise<{ head: Head; temperature: number }> {
  const known = meansOf(training, dimension, classes);
  const temperature = await temperatureOf(training, known, product);
  throwIfAborted(signal);
  const { means, counts, squares } = fitted ? meansOf(fitted, dimension, classes) : known;
  const weights = new Float32Array(dimension * classes);
  for (let i = 0; i < dimension; i++)
    for (let c = 0; c < classes; c++)
      weights[i * classes + c] = (means[c * dimension + i] as number) / temperature;
  // A class without an image is never the answer.
  const bias = Float32Array.from(squares, (square, c) =>
    counts[c] === 0 ? -1e9 : -square / 2 / temperature,
  );
  return { head: { weights, bias }, temperature };
}

interface Means {
  /** [C, D] */
  readonly means: Float64Array;
  /** Images of each class. */
  readonly counts: Float64Array;
  /** Of the lengths of the means. */
  readonly squares: Float64Array;
}

function meansOf({ values, labels }: TrainingSet, dimension: number, classes: number): Means {
  if (values.length !== labels.length * dimension)
    throw new RangeError(`${values.length} values are not ${labels.length} rows of ${dimension}`);
  const means = new Float64Array(classes * dimension);
  const counts = new Float64Array(classes);
  labels.forEach((label, row) => {
    counts[label] = (counts[label] as number) + 1;
    for (let i = 0; i < dimension; i++)
      means[label * dimension + i] =
        (means[label * dimension + i] as number) + (values[row * dimension + i] as number);
  });
  counts.forEach((count, c) => {
    if (count > 0)
      for (let i = c * dimension; i < (c + 1) * dimension; i++) means[i] = (means[i] as number) / count;
  });
  return { means, counts, squares: counts.map((_, c) => squaredLength(means, c, dimension)) };
}

async function temperatureOf(
  { values, labels }: TrainingSet,
  { means, counts, squares }: Means,
  product: Product,
): Promise<number> {
  const classes = counts.length;
  const dimension = means.length / classes;
  const { data: inner } = await product(
    { rows: labels.length, columns: dimension, data: values },
    { rows: classes, columns: dimension, data: Float32Array.from(means) },
    { transposeB: true },
  );
  // An image that is alone in its class has no answer without itself.
  const rows = [...labels.keys()].filter((row) => (counts[labels[row] as number] as number) > 1);
  const scores = new Float64Array(rows.length * classes);
  rows.forEach((row, i) => {
    const own = labels[row] as number;
    const length = squaredLength(values, row, dimension);
    const count = counts[own] as number;
    for (let c = 0; c < classes; c++) {
      // Squared distances: that to the own mean without the image is n / (n - 1) times as far.
      const distance = length - 2 * (inner[row * classes + c] as number) + (squares[c] as number);
      scores[i * classes + c] = -0.5 * distance * (c === own ? (count / (count - 1)) ** 2 : 1);
    }
  });
  const truth = Int32Array.from(rows, (row) => labels[row] as number);
  return fitTemperature(scores, truth, classes);
}

function squaredLength(rows: Float32Array | Float64Array, row: number, dimension: number): number {
  let sum = 0;
  for (let i = row * dimension; i < (row + 1) * dimension; i++) sum += (rows[i] as number) ** 2;
  return sum;
}
