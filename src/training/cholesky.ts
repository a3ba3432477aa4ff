import {
  addSquare,
  blockOf,
  lowerTimes,
  setBlock,
  timesLower,
  timesLowerTransposed,
  zeros,
  type Matrix64,
  type Product64,
} from './matrix64';

/** A square of so many rows is factored by plain loops: some 0.1 ms. */
const small = 64;

/**
 * Turns a symmetric, positive definite A [n, n] into M = L^-1, the inverse of its Cholesky factor (A = L L^T, so that
 * A^-1 = M^T M), in its own memory: of `matrix` only the lower triangle is read, above it stand zeros afterwards.
 *
 * By halves, so that nearly all work is in large products (Gustavson, "Recursion leads to automatic variable blocking
 * for dense linear-algebra algorithms", 1997). With A in blocks,
 *
 *     L21 = A21 M11^T,   M22 from A22 - L21 L21^T,   M21 = -M22 L21 M11:
 *
 * n^3 / 3 multiplications, twice those of the factor alone, and every triangular solve is then one product.
 * @throws RangeError where A is not positive definite
 */
export async function invertCholesky(matrix: Matrix64, product: Product64): Promise<void> {
  if (matrix.rows !== matrix.columns)
    throw new RangeError(`A ${matrix.rows} x ${matrix.columns} matrix is not square`);
  await factor(matrix, 0, matrix.rows, product);
}

/** A^-1 b = M^T (M b), for `inverse` M and b [n, columns]. */
export async function solveWith(inverse: Matrix64, b: Matrix64, product: Product64): Promise<Matrix64> {
  return product(inverse, await lowerTimes(inverse, b, product), { transposeA: true });
}

/** The diagonal of A^-1 = M^T M: the sums of squares of the columns of M. */
export function inverseDiagonal({ rows, columns, data }: Matrix64): Float64Array {
  const sums = new Float64Array(columns);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column <= row; column++)
      sums[column] = (sums[column] as number) + (data[row * columns + column] as number) ** 2;
  return sums;
}

/** Inverts the factor of the square of `size` rows at (corner, corner), in place. */
async function factor(matrix: Matrix64, corner: number, size: number, product: Product64): Promise<void> {
  if (size <= small) return factorPlainly(matrix, corner, size);
  const half = Math.floor(size / 2);
  const [middle, rest] = [corner + half, size - half];
  await factor(matrix, corner, half, product);
  const first = blockOf(matrix, corner, corner, half, half);
  const below = blockOf(matrix, middle, corner, rest, half);
  const lower = await timesLowerTransposed(below, first, product);
  await addSquare(matrix, middle, -1, lower, product);
  await factor(matrix, middle, rest, product);
  const second = blockOf(matrix, middle, middle, rest, rest);
  const inverse = await lowerTimes(second, await timesLower(lower, first, product), product);
  for (let i = 0; i < inverse.data.length; i++) inverse.data[i] = -(inverse.data[i] as number);
  setBlock(matrix, middle, corner, inverse);
  setBlock(matrix, corner, middle, zeros(half, rest));
}

/** The factor (Cholesky-Banachiewicz, row by row), then its inverse by forward substitution. */
function factorPlainly({ columns: width, data }: Matrix64, corner: number, size: number): void {
  const lower = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    const row = (corner + i) * width + corner;
    for (let j = 0; j <= i; j++) {
      let sum = data[row + j] as number;
      for (let k = 0; k < j; k++) sum -= (lower[i * size + k] as number) * (lower[j * size + k] as number);
      // Also NaN is refused.
      if (i === j && !(sum > 0)) throw new RangeError('The matrix is not positive definite');
      lower[i * size + j] = i === j ? Math.sqrt(sum) : sum / (lower[j * size + j] as number);
    }
  }
  for (let i = 0; i < size; i++) {
    const row = (corner + i) * width + corner;
    const pivot = lower[i * size + i] as number;
    for (let j = 0; j < i; j++) {
      let sum = 0;
      for (let k = j; k < i; k++)
        sum -= (lower[i * size + k] as number) * (data[(corner + k) * width + corner + j] as number);
      data[row + j] = sum / pivot;
    }
    data[row + i] = 1 / pivot;
    data.fill(0, row + i + 1, row + size);
  }
}
