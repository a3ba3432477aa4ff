import { throwIfAborted } from '../base';
import type { Product } from './matrix';
import { cosines, largest, mutualCosines, unitRows } from './nearest';
import { measure } from './softmaxLoss';
import { fitTemperature } from './temperature';
import type { TrainingSet } from './trainSoftmax';

/** The classes of the nearest training images answer. */
export interface Neighbours {
  /** The scaled values of the training images, each brought to length 1, [m, D]. */
  readonly units: Float64Array;
  readonly labels: Int32Array;
  readonly classes: number;
  /** How many vote. */
  readonly k: number;
  readonly temperature: number;
}

export interface NeighboursTask {
  /** Scaled values. */
  readonly training: TrainingSet;
  readonly dimension: number;
  readonly classes: number;
  /** The numbers of neighbours among which leave-one-out chooses. */
  readonly candidates?: readonly number[];
}

/**
 * k nearest neighbours by the cosine of scaled values (Cover and Hart, "Nearest neighbor pattern classification",
 * 1967). How many vote, and the temperature, are those that give the training images the least cross-entropy when
 * none votes on itself.
 * @param product for the cosines of all pairs, [n, n]
 * @throws RangeError without an image; the signal's reason once aborted
 */
export async function trainNeighbours(
  { training, dimension, classes, candidates = [1, 3, 5, 10, 20] }: NeighboursTask,
  product: Product,
  { signal }: { signal?: AbortSignal } = {},
): Promise<Neighbours> {
  const { values, labels } = training;
  if (labels.length === 0 || values.length !== labels.length * dimension)
    throw new RangeError(`${values.length} values are not ${labels.length} rows of ${dimension}`);
  const units = unitRows(values, dimension);
  const pairs = await mutualCosines(units, dimension, product);
  throwIfAborted(signal);
  let best: { k: number; temperature: number; loss: number } | undefined;
  for (const k of candidates.filter((each) => each < labels.length)) {
    const scores = votes(pairs, labels, classes, k);
    const temperature = fitTemperature(scores, labels, classes);
    const { crossEntropy } = measure(
      scores.map((score) => score / temperature),
      labels,
      classes,
    );
    if (best === undefined || crossEntropy < best.loss) best = { k, temperature, loss: crossEntropy };
  }
  return { units, labels, classes, k: best?.k ?? 1, temperature: best?.temperature ?? 1 };
}

/** Logits [n, C] of scaled values [n, D]. */
export function neighbourLogits(
  { units, labels, classes, k, temperature }: Neighbours,
  values: Float32Array,
): Float64Array {
  const dimension = units.length / labels.length;
  const scores = votes(cosines(unitRows(values, dimension), units, dimension), labels, classes, k);
  return scores.map((score) => score / temperature);
}

/**
 * The logarithm of each class' share of the votes, [n, C]; every class has one vote shared among all beforehand, so
 * that none is impossible.
 * @param similarities [n, m]
 */
function votes(
  similarities: Float32Array | Float64Array,
  labels: Int32Array,
  classes: number,
  k: number,
): Float64Array {
  const m = labels.length;
  const n = similarities.length / m;
  const shares = new Float64Array(n * classes).fill(1 / classes);
  for (let row = 0; row < n; row++)
    for (const other of largest(similarities, row * m, m, k)) {
      const at = row * classes + (labels[other] as number);
      shares[at] = (shares[at] as number) + 1;
    }
  return shares.map((share) => Math.log(share / (Math.min(k, m) + 1)));
}
