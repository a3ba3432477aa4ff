import { dot, multiplyBy, type Inner } from './lbfgs';
import type { Matrix, Product } from './matrix';
import type { Head } from './head';
import { thinProduct } from './thinProduct';

/** What a vector of the space says about every image, bias included: [n, classes] and [validation images, classes]. */
export interface Logits {
  readonly training: Float64Array;
  readonly validation: Float64Array | undefined;
}

/**
 * The space of heads for one training set, with the values divided by sqrt(D), so that the size of a
 * penalty means the same for every backbone. A vector is a flat array: what stands for the weights, then the bias.
 */
export interface Space {
  /** Length of a vector. */
  readonly length: number;
  readonly inner: Inner;
  /** The same without the biases, which are not penalised. */
  readonly innerOfWeights: Inner;
  logits(vector: Float64Array): Promise<Logits>;
  /** The gradient of the loss whose derivative by the training logits is `residual` [n, classes]. */
  gradient(residual: Float64Array): Promise<Float64Array>;
  /** target += factor * source, weights only. */
  addWeights(target: Float64Array, factor: number, source: Float64Array): void;
  head(vector: Float64Array): Promise<Head>;
}

/** Weights themselves, [D, classes]: for sets with at least as many images as values. */
export function primalSpace(
  training: Matrix,
  validation: Matrix | undefined,
  classes: number,
  product: Product,
): Space {
  const dimension = training.columns;
  const size = dimension * classes;
  const unit = 1 / Math.sqrt(dimension);
  const logitsOf = async (values: Matrix, vector: Float64Array): Promise<Float64Array> => {
    const products = await thinProduct(values, vector.subarray(0, size), classes, product);
    return withBias(products, unit, vector.subarray(size));
  };
  return {
    length: size + classes,
    inner: (u, v) => dot(u, v, 0, 0, size + classes),
    innerOfWeights: (u, v) => dot(u, v, 0, 0, size),
    logits: async (vector) => ({
      training: await logitsOf(training, vector),
      validation: validation && (await logitsOf(validation, vector)),
    }),
    gradient: async (residual) => {
      const products = await thinProduct(training, residual, classes, product, { transpose: true });
      multiplyBy(products, unit);
      return joined([products, columnSums(residual, classes)]);
    },
    addWeights: (target, factor, source) => addRange(target, factor, source, size),
    head: async (vector) => ({
      weights: Float32Array.from(vector.subarray(0, size), (value) => value * unit),
      bias: Float32Array.from(vector.subarray(size)),
    }),
  };
}

/**
 * Every head that training can reach is a sum of the training images, X^T A / sqrt(D): so A [n, classes]
 * stands for the weights, and inner products need only the Gram matrix K = X X^T / D, computed once
 * (the representer theorem; Schoelkopf, Herbrich, Smola, 2001). A vector holds A, K A, then the bias, all of
 * them linear, so the search takes the very steps it would take on the weights, at n instead of D a class.
 */
export async function dualSpace(
  training: Matrix,
  validation: Matrix | undefined,
  classes: number,
  product: Product,
): Promise<Space> {
  const gram = await gramMatrix(training, training, product);
  const cross = validation && (await gramMatrix(validation, training, product));
  const size = training.rows * classes;
  const innerOfWeights = (u: Float64Array, v: Float64Array): number => dot(u, v, 0, size, size);
  return {
    length: 2 * size + classes,
    inner: (u, v) => innerOfWeights(u, v) + dot(u, v, 2 * size, 2 * size, classes),
    innerOfWeights,
    logits: async (vector) => {
      const bias = vector.subarray(2 * size);
      const weights = vector.subarray(0, size);
      return {
        training: withBias(vector.subarray(size, 2 * size), 1, bias),
        validation: cross && withBias(await thinProduct(cross, weights, classes, product), 1, bias),
      };
    },
    gradient: async (residual) =>
      joined([residual, await thinProduct(gram, residual, classes, product), columnSums(residual, classes)]),
    addWeights: (target, factor, source) => addRange(target, factor, source, 2 * size),
    head: async (vector) => {
      const weights = await thinProduct(training, vector.subarray(0, size), classes, product, {
        transpose: true,
      });
      return {
        weights: Float32Array.from(weights, (value) => value / training.columns),
        bias: Float32Array.from(vector.subarray(2 * size)),
      };
    },
  };
}

/** a b^T / D */
async function gramMatrix(a: Matrix, b: Matrix, product: Product): Promise<Matrix> {
  const gram = await product(a, b, { transposeB: true });
  for (let i = 0; i < gram.data.length; i++) gram.data[i] = (gram.data[i] as number) / a.columns;
  return gram;
}

function withBias(products: Float64Array, unit: number, bias: Float64Array): Float64Array {
  const classes = bias.length;
  const sums = new Float64Array(products.length);
  for (let row = 0; row < sums.length; row += classes)
    for (let c = 0; c < classes; c++)
      sums[row + c] = (products[row + c] as number) * unit + (bias[c] as number);
  return sums;
}

function columnSums(values: Float64Array, columns: number): Float64Array {
  const sums = new Float64Array(columns);
  for (let row = 0; row < values.length; row += columns)
    for (let column = 0; column < columns; column++)
      sums[column] = (sums[column] as number) + (values[row + column] as number);
  return sums;
}

function joined(parts: readonly Float64Array[]): Float64Array {
  const result = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    result.set(part, offset);
    offset += part.length;
  }
  return result;
}

function addRange(target: Float64Array, factor: number, source: Float64Array, length: number): void {
  for (let i = 0; i < length; i++) target[i] = (target[i] as number) + factor * (source[i] as number);
}
