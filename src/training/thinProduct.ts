import { addRowTimesMatrix, transposed, type Matrix, type Product } from './matrix';

/** Up to so many multiplications (about a millisecond of them) plain float64 loops are used: exact, and no call to a runtime. */
const small = 2 ** 20;

/**
 * `matrix`, transposed first if asked, times the tall and thin `thin` of `columns` columns.
 * Small ones are summed in float64 here; large ones go through `product`, which works in float32.
 */
export async function thinProduct(
  matrix: Matrix,
  thin: Float64Array,
  columns: number,
  product: Product,
  { transpose = false }: { transpose?: boolean } = {},
): Promise<Float64Array> {
  if (matrix.data.length * columns > small) {
    const right: Matrix = { rows: thin.length / columns, columns, data: new Float32Array(thin) };
    if (!transpose) return new Float64Array((await product(matrix, right)).data);
    // The thin one is turned instead of the large one: as much as three times as fast.
    return new Float64Array(transposed(await product(transposed(right), matrix)).data);
  }
  return transpose ? transposedTimes(matrix, thin, columns) : times(matrix, thin, columns);
}

function times(matrix: Matrix, thin: Float64Array, columns: number): Float64Array {
  const result = new Float64Array(matrix.rows * columns);
  for (let row = 0; row < matrix.rows; row++) {
    const sums = result.subarray(row * columns, (row + 1) * columns);
    addRowTimesMatrix(matrix.data, row * matrix.columns, matrix.columns, thin, sums);
  }
  return result;
}

function transposedTimes(matrix: Matrix, thin: Float64Array, columns: number): Float64Array {
  const result = new Float64Array(matrix.columns * columns);
  const shares = new Float64Array(matrix.rows);
  const sums = new Float64Array(matrix.columns);
  for (let column = 0; column < columns; column++) {
    for (let row = 0; row < shares.length; row++) shares[row] = thin[row * columns + column] as number;
    addRowTimesMatrix(shares, 0, matrix.rows, matrix.data, sums.fill(0));
    for (let i = 0; i < sums.length; i++) result[i * columns + column] = sums[i] as number;
  }
  return result;
}
