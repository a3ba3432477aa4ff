import { centredGram, centreRows } from './gram';
import type { Head } from './head';
import { addScaled, dot, multiplyBy, type Inner } from './lbfgs';
import { meanRow, type Matrix, type Product } from './matrix';
import { thinProduct } from './thinProduct';

/** What a vector of the space says about every image, bias included: [n, classes] and [validation images, classes]. */
export interface Logits {
  readonly training: Float64Array;
  readonly validation: Float64Array | undefined;
}

/**
 * The space of heads for one training set, with the values divided by sqrt(D), so that the size of a penalty means the
 * same for every backbone, and centred on their mean: what all images have in common acts as a second bias, and a
 * search that meets it takes twice the epochs. A vector is a flat array: what stands for the weights, then the bias.
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

/** A space whose vectors are weights themselves: any head has one. */
export interface WeightSpace extends Space {
  vectorOf(head: Head): Float64Array;
}

/**
 * What a bias of 1 in a vector adds to a logit. Centred values are some 1 long, but in many directions: with the bias
 * as one more value of 0.2 the loss is about as steep along it as along the others.
 */
const biasUnit = 0.2;

/** What the choice of a space counts on. */
const usualEpochs = 40;

/**
 * The space that takes fewer multiplications: with few images, those that have been paid for the Gram matrix come back
 * with every epoch.
 */
export async function spaceOf(
  training: Matrix,
  validation: Matrix | undefined,
  classes: number,
  product: Product,
): Promise<Space> {
  const { rows: n, columns: dimension } = training;
  const dual = (n * dimension) / 2 + usualEpochs * n * classes;
  const primal = 2 * usualEpochs * dimension * classes;
  if (dual < primal) return await dualSpace(training, validation, classes, product);
  return primalSpace(training, validation, classes, product);
}

/** Weights themselves, [D, classes]. */
export function primalSpace(
  training: Matrix,
  validation: Matrix | undefined,
  classes: number,
  product: Product,
): WeightSpace {
  const dimension = training.columns;
  const size = dimension * classes;
  const unit = 1 / Math.sqrt(dimension);
  const mean = meanRow(training);
  return {
    length: size + classes,
    inner: (u, v) => dot(u, v, 0, 0, size + classes),
    innerOfWeights: (u, v) => dot(u, v, 0, 0, size),
    logits: async (vector) => {
      const weights = vector.subarray(0, size);
      const bias = plainBias(vector.subarray(size), mean, weights, unit);
      const of = async (values: Matrix): Promise<Float64Array> =>
        withBias(await thinProduct(values, weights, classes, product), unit, bias);
      return { training: await of(training), validation: validation && (await of(validation)) };
    },
    gradient: async (residual) => {
      const products = await thinProduct(training, residual, classes, product, { transpose: true });
      const sums = columnSums(residual, classes);
      addOuter(products, -1, mean, sums);
      multiplyBy(products, unit);
      multiplyBy(sums, biasUnit);
      return joined([products, sums]);
    },
    addWeights: (target, factor, source) =>
      addScaled(target.subarray(0, size), factor, source.subarray(0, size)),
    head: (vector) => {
      const weights = vector.slice(0, size);
      multiplyBy(weights, unit);
      return Promise.resolve(headOf(weights, plainBias(vector.subarray(size), mean, weights, 1)));
    },
    vectorOf: (head) => {
      const weights = new Float64Array(head.weights);
      // The bias of the head, less what `plainBias` takes from it.
      const bias = new Float64Array(head.bias);
      mean.forEach((value, i) => {
        for (let c = 0; c < classes; c++)
          bias[c] = (bias[c] as number) + value * (weights[i * classes + c] as number);
      });
      multiplyBy(weights, 1 / unit);
      multiplyBy(bias, 1 / biasUnit);
      return joined([weights, bias]);
    },
  };
}

/**
 * Every head that training can reach is a sum of the centred training images, X^T A / sqrt(D): so A [n, classes]
 * stands for the weights, and inner products need only the Gram matrix K = X X^T / D, computed once
 * (the representer theorem; Schoelkopf, Herbrich, Smola, 2001). A vector holds A, K A, the same products for the
 * validation images, then the bias, all of them linear, so the search takes the very steps it would take on the
 * weights, at n instead of D a class, and one product an epoch.
 */
async function dualSpace(
  training: Matrix,
  validation: Matrix | undefined,
  classes: number,
  product: Product,
): Promise<Space> {
  const { rows: n, columns: dimension } = training;
  const { gram, centre } = await centredGram(training, product);
  const products =
    validation === undefined
      ? gram
      : stacked(gram, centreRows(await product(validation, training, { transposeB: true }), centre));
  const size = n * classes;
  /** Where the bias begins. */
  const end = size + products.rows * classes;
  const innerOfWeights = (u: Float64Array, v: Float64Array): number => dot(u, v, 0, size, size);
  return {
    length: end + classes,
    inner: (u, v) => innerOfWeights(u, v) + dot(u, v, end, end, classes),
    innerOfWeights,
    logits: (vector) => {
      const bias = vector.slice(end);
      multiplyBy(bias, biasUnit);
      return Promise.resolve({
        training: withBias(vector.subarray(size, 2 * size), 1, bias),
        validation: validation && withBias(vector.subarray(2 * size, end), 1, bias),
      });
    },
    gradient: async (residual) => {
      const sums = columnSums(residual, classes);
      multiplyBy(sums, biasUnit);
      return joined([residual, await thinProduct(products, residual, classes, product), sums]);
    },
    addWeights: (target, factor, source) =>
      addScaled(target.subarray(0, end), factor, source.subarray(0, end)),
    head: async (vector) => {
      // Centred shares are the same head on the images as they are.
      const shares = vector.slice(0, size);
      const sums = columnSums(shares, classes);
      for (let i = 0; i < size; i++)
        shares[i] = ((shares[i] as number) - (sums[i % classes] as number) / n) / dimension;
      const weights = await thinProduct(training, shares, classes, product, { transpose: true });
      // The mean times the weights is the shares' sum of the images' products with the mean.
      return headOf(weights, plainBias(vector.subarray(end), centre.columns, shares, 1));
    },
  };
}

/** `lower` below `upper`, of as many columns. */
function stacked(upper: Matrix, lower: Matrix): Matrix {
  const data = new Float32Array(upper.data.length + lower.data.length);
  data.set(upper.data);
  data.set(lower.data, upper.data.length);
  return { rows: upper.rows + lower.rows, columns: upper.columns, data };
}

/** The bias beside weights [D, classes] on values that are not centred: its own less `unit` times mean [D] times weights. */
function plainBias(
  bias: Float64Array,
  mean: Float64Array,
  weights: Float64Array,
  unit: number,
): Float64Array {
  const classes = bias.length;
  const result = bias.slice();
  multiplyBy(result, biasUnit);
  mean.forEach((value, i) => {
    for (let c = 0; c < classes; c++)
      result[c] = (result[c] as number) - unit * value * (weights[i * classes + c] as number);
  });
  return result;
}

function headOf(weights: Float64Array, bias: Float64Array): Head {
  return { weights: new Float32Array(weights), bias: new Float32Array(bias) };
}

function withBias(products: Float64Array, unit: number, bias: Float64Array): Float64Array {
  const classes = bias.length;
  const sums = new Float64Array(products.length);
  for (let row = 0; row < sums.length; row += classes)
    for (let c = 0; c < classes; c++)
      sums[row + c] = (products[row + c] as number) * unit + (bias[c] as number);
  return sums;
}

/** target [rows.length, columns.length] += factor * rows columns^T */
function addOuter(target: Float64Array, factor: number, rows: Float64Array, columns: Float64Array): void {
  const width = columns.length;
  rows.forEach((value, row) => {
    for (let c = 0; c < width; c++)
      target[row * width + c] = (target[row * width + c] as number) + factor * value * (columns[c] as number);
  });
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
