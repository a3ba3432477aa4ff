import { classesOf, logitsOf, probabilitiesOf, type Product, type TrainedHead } from '../training';

/**
 * Probabilities [n, C] that `head` gives to bottleneck values [n, D]: the softmax of its logits, summed in
 * float64 and never overflowing.
 * @param product for a head of neighbours
 * @throws RangeError where `values` is not n rows of D
 */
export async function predict(
  head: TrainedHead,
  values: Float32Array,
  n: number,
  product: Product,
): Promise<Float32Array> {
  return probabilitiesOf(await logitsOf(head, values, n, product), classesOf(head));
}
