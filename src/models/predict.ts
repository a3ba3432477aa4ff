import { addRowTimesMatrix, type Head } from '../training';

/**
 * Probabilities [n, C] that `head` gives to bottleneck values [n, D]: the softmax of its logits, summed in
 * float64 and never overflowing.
 * @throws RangeError where `values` is not n rows of D
 */
export function predict(head: Head, values: Float32Array, n: number): Float32Array {
  const classes = head.bias.length;
  const dimension = head.weights.length / classes;
  if (values.length !== n * dimension)
    throw new RangeError(`${values.length} values are not ${n} rows of ${dimension}`);
  const probabilities = new Float32Array(n * classes);
  const logits = new Float64Array(classes);
  for (let row = 0; row < n; row++) {
    logits.set(head.bias);
    addRowTimesMatrix(values, row * dimension, dimension, head.weights, logits);
    const highest = logits.reduce((most, logit) => Math.max(most, logit), -Infinity);
    const shares = logits.map((logit) => Math.exp(logit - highest));
    const total = shares.reduce((sum, share) => sum + share, 0);
    probabilities.set(
      shares.map((share) => share / total),
      row * classes,
    );
  }
  return probabilities;
}
