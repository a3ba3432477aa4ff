import type { Head } from './head';
import { addRowTimesMatrix, type Matrix, type Product } from './matrix';

/** Which rows of which set a batch is made of; one may stand in it several times. */
export interface Batch {
  readonly of: 'training' | 'validation';
  readonly rows: Int32Array;
}

/** A head on its way by gradient descent, one batch after the other. */
export interface SteppedHead {
  /** Of a batch, [rows, C]. */
  logits(batch: Batch): Promise<Float64Array>;
  /** Goes against the gradient of the loss whose derivative by the logits of a training batch is `residual` [rows, C]. */
  descend(batch: Batch, residual: Float64Array, rate: number): Promise<void>;
  /** Remembers the head as it is now, in the place of the one remembered before. */
  keep(): void;
  /** The one remembered. */
  kept(): Promise<Head>;
  /** The head as it is now. */
  present(): Promise<Head>;
}

export interface SteppedTask {
  /** Raw values [n, D]. */
  readonly training: Matrix;
  readonly validation: Matrix | undefined;
  /** Weights [D, C]. */
  readonly start: Matrix;
  /** [C] */
  readonly startBias: Float32Array;
  readonly product: Product;
}

/** Weights themselves: for sets of more images than values. */
export function primalHead({ training, validation, start, startBias, product }: SteppedTask): SteppedHead {
  const classes = start.columns;
  const weights = { ...start, data: start.data.slice() };
  const bias = startBias.slice();
  let kept: Head = { weights: start.data, bias: startBias };
  const gathered = ({ of, rows }: Batch): Matrix => {
    const columns = training.columns;
    const from = of === 'training' ? training : validation;
    const data = new Float32Array(rows.length * columns);
    if (from)
      rows.forEach((row, i) => data.set(from.data.subarray(row * columns, (row + 1) * columns), i * columns));
    return { rows: rows.length, columns, data };
  };
  return {
    logits: async (batch) => {
      const { data } = await product(gathered(batch), weights);
      return Float64Array.from(data, (value, i) => value + (bias[i % classes] as number));
    },
    descend: async (batch, residual, rate) => {
      const errors = { rows: batch.rows.length, columns: classes, data: Float32Array.from(residual) };
      const { data } = await product(gathered(batch), errors, { transposeA: true });
      for (let i = 0; i < data.length; i++)
        weights.data[i] = (weights.data[i] as number) - rate * (data[i] as number);
      descendBias(bias, residual, rate);
    },
    keep: () => {
      kept = { weights: weights.data.slice(), bias: bias.slice() };
    },
    kept: () => Promise.resolve(kept),
    present: () => Promise.resolve({ weights: weights.data.slice(), bias: bias.slice() }),
  };
}

/**
 * The same for sets of no more images than values. Every step adds to the weights a combination of the images, so
 * weights are `start` + training^T coefficients [n, C]; of the images their inner products are enough.
 */
export async function dualHead({
  training,
  validation,
  start,
  startBias,
  product,
}: SteppedTask): Promise<SteppedHead> {
  const classes = start.columns;
  const sides = { training: await known(training), validation: validation && (await known(validation)) };
  const coefficients = new Float64Array(training.rows * classes);
  const bias = startBias.slice();
  let kept = { coefficients: coefficients.slice(), bias: bias.slice() };

  /** Of each image: its logits by `start`, and its inner products with the training images. */
  async function known(values: Matrix): Promise<{ atStart: Matrix; inner: Matrix }> {
    return {
      atStart: await product(values, start),
      inner: await product(values, training, { transposeB: true }),
    };
  }

  const headOf = async (shares: Float64Array, ownBias: Float32Array): Promise<Head> => {
    const data = Float32Array.from(shares);
    const factors = { rows: training.rows, columns: classes, data };
    const change = await product(training, factors, { transposeA: true });
    return {
      weights: start.data.map((value, i) => value + (change.data[i] as number)),
      bias: ownBias.slice(),
    };
  };

  return {
    logits: ({ of, rows }) => {
      const logits = new Float64Array(rows.length * classes);
      const side = sides[of];
      if (side)
        rows.forEach((row, i) => {
          const sums = logits.subarray(i * classes, (i + 1) * classes);
          for (let c = 0; c < classes; c++)
            sums[c] = (bias[c] as number) + (side.atStart.data[row * classes + c] as number);
          addRowTimesMatrix(side.inner.data, row * training.rows, training.rows, coefficients, sums);
        });
      return Promise.resolve(logits);
    },
    descend: ({ rows }, residual, rate) => {
      rows.forEach((row, i) => {
        for (let c = 0; c < classes; c++)
          coefficients[row * classes + c] =
            (coefficients[row * classes + c] as number) - rate * (residual[i * classes + c] as number);
      });
      descendBias(bias, residual, rate);
      return Promise.resolve();
    },
    keep: () => {
      kept = { coefficients: coefficients.slice(), bias: bias.slice() };
    },
    kept: () => headOf(kept.coefficients, kept.bias),
    present: () => headOf(coefficients, bias),
  };
}

function descendBias(bias: Float32Array, residual: Float64Array, rate: number): void {
  for (let i = 0; i < residual.length; i++) {
    const c = i % bias.length;
    bias[c] = (bias[c] as number) - rate * (residual[i] as number);
  }
}
