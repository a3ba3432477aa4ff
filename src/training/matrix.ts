import { setImmediate as yieldToEvents } from 'node:timers/promises';

/** A dense matrix, row after row. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float32Array;
}

/** Multiplies two matrices, either of them transposed first if asked. A runtime has a fast one. */
export type Product = (
  a: Matrix,
  b: Matrix,
  options?: { transposeA?: boolean; transposeB?: boolean },
) => Promise<Matrix>;

/** The rows `from` up to, not including, `to`: a view. */
export function rowsOf({ columns, data }: Matrix, from: number, to: number): Matrix {
  return { rows: to - from, columns, data: data.subarray(from * columns, to * columns) };
}

/** The mean of the rows, [columns]. */
export function meanRow({ rows, columns, data }: Matrix): Float64Array {
  const mean = new Float64Array(columns);
  addRowTimesMatrix(new Float64Array(rows).fill(1 / rows), 0, rows, data, mean);
  return mean;
}

/** Multiplications after which the event loop gets a turn: some 20 to 30 ms of them. */
const turn = 2 ** 25;

/** The product in plain JavaScript, summed in float64 in a fixed order. For where no runtime offers a faster one. */
export const plainProduct: Product = async (a, b, { transposeA = false, transposeB = false } = {}) => {
  const left = transposeA ? transposed(a) : a;
  const right = transposeB ? transposed(b) : b;
  if (left.columns !== right.rows)
    throw new RangeError(
      `A ${left.rows} x ${left.columns} matrix times a ${right.rows} x ${right.columns} one`,
    );
  const result = new Float32Array(left.rows * right.columns);
  const sums = new Float64Array(right.columns);
  let since = 0;
  for (let row = 0; row < left.rows; row++) {
    addRowTimesMatrix(left.data, row * left.columns, left.columns, right.data, sums.fill(0));
    result.set(sums, row * right.columns);
    since += left.columns * right.columns;
    if (since > turn) {
      since = 0;
      await yieldToEvents();
    }
  }
  return { rows: left.rows, columns: right.columns, data: result };
};

/**
 * Adds (row of `length` values at `offset` in `values`) times `matrix` [length, sums.length] to `sums`.
 * Four terms at a time: `sums` is then loaded and stored a quarter as often.
 */
export function addRowTimesMatrix(
  values: Float32Array | Float64Array,
  offset: number,
  length: number,
  matrix: Float32Array | Float64Array,
  sums: Float64Array,
): void {
  const columns = sums.length;
  let term = 0;
  for (; term + 4 <= length; term += 4) {
    const v0 = values[offset + term] as number;
    const v1 = values[offset + term + 1] as number;
    const v2 = values[offset + term + 2] as number;
    const v3 = values[offset + term + 3] as number;
    const m0 = term * columns;
    const m1 = m0 + columns;
    const m2 = m1 + columns;
    const m3 = m2 + columns;
    for (let column = 0; column < columns; column++)
      sums[column] =
        (sums[column] as number) +
        (v0 * (matrix[m0 + column] as number) +
          v1 * (matrix[m1 + column] as number) +
          (v2 * (matrix[m2 + column] as number) + v3 * (matrix[m3 + column] as number)));
  }
  for (; term < length; term++) {
    const value = values[offset + term] as number;
    for (let column = 0; column < columns; column++)
      sums[column] = (sums[column] as number) + value * (matrix[term * columns + column] as number);
  }
}

export function transposed({ rows, columns, data }: Matrix): Matrix {
  const result = new Float32Array(data.length);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      result[column * rows + row] = data[row * columns + column] as number;
  return { rows: columns, columns: rows, data: result };
}
