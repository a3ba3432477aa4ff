import { throwIfAborted } from '../base';

/** A dense matrix in double precision, row after row. */
export interface Matrix64 {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float64Array;
}

/** Multiplies two matrices in float64, either of them transposed first if asked. A runtime has one. */
export type Product64 = (
  a: Matrix64,
  b: Matrix64,
  options?: { transposeA?: boolean; transposeB?: boolean; signal?: AbortSignal },
) => Promise<Matrix64>;

/** Rows of a triangle that are computed by one product: half of a tile is wasted on each. */
export const strip = 512;

/** `product` that throws the signal's reason once aborted: before the next one, and a slow one also within. */
export function abortable(product: Product64, signal: AbortSignal | undefined): Product64 {
  if (signal === undefined) return product;
  return (a, b, options) => {
    throwIfAborted(signal);
    return product(a, b, { ...options, signal });
  };
}

export function zeros(rows: number, columns: number): Matrix64 {
  return { rows, columns, data: new Float64Array(rows * columns) };
}

/** A copy, in squares that stay in the processor's cache. */
export function transposed({ rows, columns, data }: Matrix64): Matrix64 {
  const result = zeros(columns, rows);
  const side = 32;
  for (let top = 0; top < rows; top += side)
    for (let left = 0; left < columns; left += side)
      for (let r = top; r < Math.min(rows, top + side); r++)
        for (let c = left; c < Math.min(columns, left + side); c++)
          result.data[c * rows + r] = data[r * columns + c] as number;
  return result;
}

/** A copy of the rectangle of `matrix` that begins at (row, column). */
export function blockOf(
  { columns: width, data }: Matrix64,
  row: number,
  column: number,
  rows: number,
  columns: number,
): Matrix64 {
  const copy = zeros(rows, columns);
  for (let r = 0; r < rows; r++) {
    const from = (row + r) * width + column;
    copy.data.set(data.subarray(from, from + columns), r * columns);
  }
  return copy;
}

/** Writes `block` over the rectangle of `matrix` that begins at (row, column). */
export function setBlock(matrix: Matrix64, row: number, column: number, block: Matrix64): void {
  for (let r = 0; r < block.rows; r++)
    matrix.data.set(
      block.data.subarray(r * block.columns, (r + 1) * block.columns),
      (row + r) * matrix.columns + column,
    );
}

/**
 * Adds `factor` a a^T to the square of `matrix` that begins at (corner, corner): its lower triangle alone, in strips,
 * which leave numbers without meaning above the diagonal.
 */
export async function addSquare(
  matrix: Matrix64,
  corner: number,
  factor: 1 | -1,
  a: Matrix64,
  product: Product64,
): Promise<void> {
  for (const [from, to] of strips(a.rows)) {
    const sums = await product(rowsOf(a, from, to), rowsOf(a, 0, to), { transposeB: true });
    for (let r = 0; r < sums.rows; r++) {
      const start = (corner + from + r) * matrix.columns + corner;
      for (let c = 0; c < to; c++)
        matrix.data[start + c] =
          (matrix.data[start + c] as number) + factor * (sums.data[r * to + c] as number);
    }
  }
}

/** `lower` b, for a lower triangular matrix: no work for most of the zeros above its diagonal. */
export async function lowerTimes(lower: Matrix64, b: Matrix64, product: Product64): Promise<Matrix64> {
  const result = zeros(lower.rows, b.columns);
  for (const [from, to] of strips(lower.rows)) {
    const sums = await product(blockOf(lower, from, 0, to - from, to), rowsOf(b, 0, to));
    setBlock(result, from, 0, sums);
  }
  return result;
}

/** a `lower`, likewise. */
export async function timesLower(a: Matrix64, lower: Matrix64, product: Product64): Promise<Matrix64> {
  const result = zeros(a.rows, lower.columns);
  for (const [from, to] of strips(lower.rows)) {
    const left = blockOf(a, 0, from, a.rows, a.columns - from);
    const right = blockOf(lower, from, from, lower.rows - from, to - from);
    setBlock(result, 0, from, await product(left, right));
  }
  return result;
}

/** a `lower`^T, likewise. */
export async function timesLowerTransposed(
  a: Matrix64,
  lower: Matrix64,
  product: Product64,
): Promise<Matrix64> {
  const result = zeros(a.rows, lower.rows);
  for (const [from, to] of strips(lower.rows)) {
    const left = blockOf(a, 0, 0, a.rows, to);
    const right = blockOf(lower, from, 0, to - from, to);
    setBlock(result, 0, from, await product(left, right, { transposeB: true }));
  }
  return result;
}

/** Neighbouring rows, a view. */
function rowsOf({ columns, data }: Matrix64, from: number, to: number): Matrix64 {
  return { rows: to - from, columns, data: data.subarray(from * columns, to * columns) };
}

function strips(rows: number): [from: number, to: number][] {
  return Array.from({ length: Math.ceil(rows / strip) }, (_, i) => [
    i * strip,
    Math.min(rows, (i + 1) * strip),
  ]);
}
