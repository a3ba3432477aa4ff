import { dot } from './lbfgs';
import type { Head } from './head';
import { fitTemperature } from './temperature';
import type { TrainingSet } from './trainSoftmax';

/**
 * The class whose mean is nearest (Rocchio, 1971; prototypes of Snell, Swersky, Zemel, "Prototypical networks for
 * few-shot learning", 2017): -||x - m_c||^2 / 2 without the term that all classes share, x . m_c - ||m_c||^2 / 2, is
 * linear. The temperature is fitted to the answers that leave each image out of the mean of its class.
 * @throws RangeError where shapes disagree
 */
export function trainCentroid(training: TrainingSet, dimension: number, classes: number): Head {
  const { values, labels } = training;
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
  const squares = counts.map((_, c) => dot(means, means, c * dimension, c * dimension, dimension));
  const wide = Float64Array.from(values);

  // An image that is alone in its class has no answer without itself.
  const rows = [...labels.keys()].filter((row) => (counts[labels[row] as number] as number) > 1);
  const scores = new Float64Array(rows.length * classes);
  rows.forEach((row, i) => {
    const own = labels[row] as number;
    const length = dot(wide, wide, row * dimension, row * dimension, dimension);
    for (let c = 0; c < classes; c++) {
      const product = dot(wide, means, row * dimension, c * dimension, dimension);
      // Squared distances: that to the own mean without the image is n / (n - 1) times as far.
      const distance = length - 2 * product + (squares[c] as number);
      const count = counts[c] as number;
      scores[i * classes + c] = -0.5 * distance * (c === own ? (count / (count - 1)) ** 2 : 1);
    }
  });
  const truth = Int32Array.from(rows, (row) => labels[row] as number);
  const temperature = fitTemperature(scores, truth, classes);

  const weights = new Float32Array(dimension * classes);
  for (let i = 0; i < dimension; i++)
    for (let c = 0; c < classes; c++)
      weights[i * classes + c] = (means[c * dimension + i] as number) / temperature;
  // A class without an image is never the answer.
  const bias = Float32Array.from(squares, (square, c) =>
    counts[c] === 0 ? -1e9 : -square / 2 / temperature,
  );
  return { weights, bias };
}
