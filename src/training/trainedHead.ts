import type { Head } from './head';
import { addRowTimesMatrix } from './matrix';
import { neighbourLogits, type Neighbours } from './trainNeighbours';

/** A head of any kind, on scaled values. Linear ones go on as a `Head` (see `fold`), whatever trained them. */
export type TrainedHead =
  | { readonly kind: 'linear'; readonly head: Head }
  /** max(0, x W + b), [n, H], is what `output` takes. */
  | { readonly kind: 'hidden'; readonly hidden: Head; readonly output: Head }
  | { readonly kind: 'neighbours'; readonly neighbours: Neighbours };

/**
 * Logits [n, C] of scaled values [n, D].
 * @throws RangeError where `values` is not `n` rows of D
 */
export function logitsOf(trained: TrainedHead, values: Float32Array, n: number): Float64Array {
  switch (trained.kind) {
    case 'linear':
      return linearLogits(trained.head, values, n);
    case 'hidden': {
      const inner = linearLogits(trained.hidden, values, n);
      return linearLogits(
        trained.output,
        Float32Array.from(inner, (value) => Math.max(0, value)),
        n,
      );
    }
    case 'neighbours': {
      const { units, labels } = trained.neighbours;
      if (values.length * labels.length !== n * units.length)
        throw new RangeError(`${values.length} values are not ${n} rows of ${units.length / labels.length}`);
      return neighbourLogits(trained.neighbours, values);
    }
  }
}

function linearLogits({ weights, bias }: Head, values: Float32Array, n: number): Float64Array {
  const classes = bias.length;
  const dimension = weights.length / classes;
  if (values.length !== n * dimension)
    throw new RangeError(`${values.length} values are not ${n} rows of ${dimension}`);
  const logits = new Float64Array(n * classes);
  for (let row = 0; row < n; row++) {
    const sums = logits.subarray(row * classes, (row + 1) * classes);
    sums.set(bias);
    addRowTimesMatrix(values, row * dimension, dimension, weights, sums);
  }
  return logits;
}
