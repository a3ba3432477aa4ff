import { logitsOf, probabilitiesOf, type Head } from '../training';

/**
 * Probabilities [n, C] that `head` gives to bottleneck values [n, D]: the softmax of its logits, summed in
 * float64 and never overflowing.
 * @throws RangeError where `values` is not n rows of D
 */
export function predict(head: Head, values: Float32Array, n: number): Float32Array {
  return probabilitiesOf(logitsOf({ kind: 'linear', head }, values, n), head.bias.length);
}
