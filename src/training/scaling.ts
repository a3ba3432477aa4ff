import type { Head } from './head';

/** Mean and deviation of each of the D bottleneck values; they come with the backbone. */
export interface Scaling {
  readonly mean: Float32Array;
  readonly deviation: Float32Array;
}

/**
 * (value - mean) / deviation of the bottleneck values [n, D]. A value that never varied (deviation 0) has
 * nothing to say and becomes 0.
 * @throws RangeError where `values` is not whole rows of D
 */
export function scale(values: Float32Array, scaling: Scaling): Float32Array {
  const scaled = values.slice();
  scaleInPlace(scaled, scaling);
  return scaled;
}

/** As `scale`, into `values` themselves. @throws RangeError where they are not whole rows of D */
export function scaleInPlace(values: Float32Array, { mean, deviation }: Scaling): void {
  const dimension = mean.length;
  if (deviation.length !== dimension || values.length % dimension !== 0)
    throw new RangeError(`${values.length} values are not rows of ${dimension}`);
  const inverse = inverses(deviation);
  for (let row = 0; row < values.length; row += dimension)
    for (let i = 0; i < dimension; i++)
      values[row + i] = ((values[row + i] as number) - (mean[i] as number)) * (inverse[i] as number);
}

/** Has `values` be as they were before `scaleInPlace`; one that never varied becomes its mean. */
export function unscaleInPlace(values: Float32Array, { mean, deviation }: Scaling): void {
  const dimension = mean.length;
  for (let row = 0; row < values.length; row += dimension)
    for (let i = 0; i < dimension; i++)
      values[row + i] = (values[row + i] as number) * (deviation[i] as number) + (mean[i] as number);
}

/**
 * The head that gives on raw values what `head` gives on scaled ones:
 * x/d . W + (b - m/d . W), for mean m and deviation d.
 */
export function fold(head: Head, { mean, deviation }: Scaling): Head {
  const classes = head.bias.length;
  const inverse = inverses(deviation);
  const weights = new Float32Array(head.weights.length);
  const bias = Float64Array.from(head.bias);
  for (let i = 0; i < mean.length; i++)
    for (let c = 0; c < classes; c++) {
      const weight = Math.fround((head.weights[i * classes + c] as number) * (inverse[i] as number));
      weights[i * classes + c] = weight;
      bias[c] = (bias[c] as number) - weight * (mean[i] as number);
    }
  return { weights, bias: Float32Array.from(bias) };
}

/** The head on scaled values that `fold` made `head` of; a value of deviation 0 has no weight there. */
export function unfold(head: Head, { mean, deviation }: Scaling): Head {
  const classes = head.bias.length;
  const weights = new Float32Array(head.weights.length);
  const bias = Float64Array.from(head.bias);
  for (let i = 0; i < mean.length; i++)
    for (let c = 0; c < classes; c++) {
      const weight = head.weights[i * classes + c] as number;
      weights[i * classes + c] = weight * (deviation[i] as number);
      bias[c] = (bias[c] as number) + weight * (mean[i] as number);
    }
  return { weights, bias: Float32Array.from(bias) };
}

function inverses(deviation: Float32Array): Float64Array {
  return Float64Array.from(deviation, (d) => (d > 0 ? 1 / d : 0));
}

/**
 * Mean and deviation of each column of `values` [n, dimension]; a column that does not vary has the deviation 1, and
 * so without any row.
 */
export function takeScaling(values: Float32Array, dimension: number): Scaling {
  const n = Math.max(1, values.length / dimension);
  const sums = new Float64Array(dimension);
  const squares = new Float64Array(dimension);
  for (let i = 0; i < values.length; i++) {
    const column = i % dimension;
    sums[column] = (sums[column] as number) + (values[i] as number);
  }
  for (let i = 0; i < values.length; i++) {
    const column = i % dimension;
    const distance = (values[i] as number) - (sums[column] as number) / n;
    squares[column] = (squares[column] as number) + distance * distance;
  }
  const deviation = Float32Array.from(squares, (square) => Math.sqrt(square / n));
  return {
    mean: Float32Array.from(sums, (sum) => sum / n),
    // Below this a column holds nothing but the rounding of its mean.
    deviation: deviation.map((value) => (value > 1e-6 ? value : 1)),
  };
}
