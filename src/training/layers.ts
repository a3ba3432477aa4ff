import { type Random } from '../base';
import type { Head } from './head';
import type { Matrix, Product } from './matrix';
import { measure } from './softmaxLoss';

/** One or two layers; each is a `Head` whose weights and bias are moved in place. */
export type Layers = readonly [Head] | readonly [Head, Head];

/** Images whose values [n, D] were divided by sqrt(D). */
export interface Batch {
  readonly values: Matrix;
  readonly labels: Int32Array;
  /** How much each counts. */
  readonly weights: Float64Array;
}

/**
 * A hidden layer begins as He, Zhang, Ren, Sun do ("Delving deep into rectifiers", 2015): the values of an image have
 * a length of about 1, so weights have a variance of 2. The last layer begins from zero.
 */
export function newLayers(dimension: number, hidden: number, classes: number, random: Random): Layers {
  const blank = (rows: number, columns: number): Head => ({
    weights: new Float32Array(rows * columns),
    bias: new Float32Array(columns),
  });
  if (hidden === 0) return [blank(dimension, classes)];
  const first = blank(dimension, hidden);
  for (let i = 0; i < first.weights.length; i++) first.weights[i] = Math.SQRT2 * normal(random);
  return [first, blank(hidden, classes)];
}

/** Zeros laid out as `layers`. */
export function zeroLayers([first, second]: Layers): Layers {
  const blank = ({ weights, bias }: Head): Head => ({
    weights: new Float32Array(weights.length),
    bias: new Float32Array(bias.length),
  });
  return second === undefined ? [blank(first)] : [blank(first), blank(second)];
}

/** What each layer is given, and the logits [n, C] in the end. */
export async function forward(
  layers: Layers,
  values: Matrix,
  product: Product,
): Promise<{ inputs: Matrix[]; logits: Float64Array }> {
  const inputs: Matrix[] = [];
  let reached = values;
  for (const { weights, bias } of layers) {
    // ReLU between two layers.
    if (inputs.length > 0) reached = { ...reached, data: reached.data.map((value) => Math.max(0, value)) };
    inputs.push(reached);
    const columns = bias.length;
    const { data } = await product(reached, { rows: reached.columns, columns, data: weights });
    for (let row = 0; row < data.length; row += columns)
      for (let c = 0; c < columns; c++) data[row + c] = (data[row + c] as number) + (bias[c] as number);
    reached = { rows: values.rows, columns, data };
  }
  return { inputs, logits: Float64Array.from(reached.data) };
}

/**
 * The gradient of the mean weighted cross-entropy of a batch, by each layer.
 * @param smoothing as in `measure`
 */
export async function gradientsOf(
  layers: Layers,
  { values, labels, weights }: Batch,
  smoothing: number,
  product: Product,
): Promise<Head[]> {
  const { inputs, logits } = await forward(layers, values, product);
  const n = labels.length;
  const classes = logits.length / n;
  const residual = new Float64Array(logits.length);
  measure(logits, labels, classes, residual, undefined, smoothing);
  for (let at = 0; at < residual.length; at++)
    residual[at] = (weights[Math.floor(at / classes)] as number) * (residual[at] as number);

  const gradients: Head[] = [];
  let change: Matrix = { rows: n, columns: classes, data: Float32Array.from(residual) };
  for (const [i, layer] of [...layers.entries()].reverse()) {
    const input = inputs[i] as Matrix;
    const { data } = await product(input, change, { transposeA: true });
    gradients.unshift({ weights: data, bias: columnSums(change) });
    if (i === 0) break;
    const factors = { rows: input.columns, columns: change.columns, data: layer.weights };
    const back = await product(change, factors, { transposeB: true });
    // Where a unit gave nothing, nothing comes back.
    change = { ...back, data: back.data.map((value, at) => ((input.data[at] as number) > 0 ? value : 0)) };
  }
  return gradients;
}

function columnSums({ columns, data }: Matrix): Float32Array {
  const sums = new Float64Array(columns);
  for (let i = 0; i < data.length; i++)
    sums[i % columns] = (sums[i % columns] as number) + (data[i] as number);
  return Float32Array.from(sums);
}

/** Box and Muller. */
function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
