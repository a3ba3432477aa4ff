import type { Head } from './head';
import { addRowTimesMatrix, type Product } from './matrix';
import { fold, type Scaling } from './scaling';
import { tempered } from './temperature';
import { neighbourLogits, type Neighbours } from './trainNeighbours';

/** A head of any kind. Linear ones go on as a `Head` (see `fold`), whatever trained them. */
export type TrainedHead =
  | { readonly kind: 'linear'; readonly head: Head }
  /** max(0, x W + b), [n, H], is what `output` takes. */
  | { readonly kind: 'hidden'; readonly hidden: Head; readonly output: Head }
  | { readonly kind: 'neighbours'; readonly neighbours: Neighbours };

/**
 * Logits [n, C] of values [n, D].
 * @param product for the cosines to neighbours
 * @throws RangeError where `values` is not `n` rows of D
 */
export async function logitsOf(
  trained: TrainedHead,
  values: Float32Array,
  n: number,
  product: Product,
): Promise<Float64Array> {
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
      return neighbourLogits(trained.neighbours, values, product);
    }
  }
}

/** C */
export function classesOf(trained: TrainedHead): number {
  switch (trained.kind) {
    case 'linear':
      return trained.head.bias.length;
    case 'hidden':
      return trained.output.bias.length;
    case 'neighbours':
      return trained.neighbours.classes;
  }
}

/** The head that gives on raw values what `trained` gives on scaled ones. */
export function onRawValues(trained: TrainedHead, scaling: Scaling): TrainedHead {
  switch (trained.kind) {
    case 'linear':
      return { kind: 'linear', head: fold(trained.head, scaling) };
    case 'hidden':
      return { ...trained, hidden: fold(trained.hidden, scaling) };
    case 'neighbours':
      return { kind: 'neighbours', neighbours: { ...trained.neighbours, scaling } };
  }
}

/** `trained` with its logits divided by a temperature above 0: the order of the classes stays. */
export function cooled(trained: TrainedHead, temperature: number): TrainedHead {
  switch (trained.kind) {
    case 'linear':
      return { kind: 'linear', head: tempered(trained.head, temperature) };
    case 'hidden':
      return { ...trained, output: tempered(trained.output, temperature) };
    case 'neighbours': {
      const { neighbours } = trained;
      return {
        kind: 'neighbours',
        neighbours: { ...neighbours, temperature: neighbours.temperature * temperature },
      };
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
