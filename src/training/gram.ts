import { rowsOf, type Matrix, type Product } from './matrix';

/** Rows of the Gram matrix that are computed in one product. */
const block = 256;

/** What centres the inner products with the training images, times D: means over the images. */
export interface Centre {
  /** The mean of each column of X X^T, [n]. */
  readonly columns: Float64Array;
  /** The mean of all of it. */
  readonly all: number;
  /** D */
  readonly dimension: number;
}

/** The Gram matrix X X^T / D [n, n] of images [n, D] less their mean. It is symmetric: only half is multiplied. */
export async function centredGram(
  images: Matrix,
  product: Product,
): Promise<{ gram: Matrix; centre: Centre }> {
  const { rows: n, columns: dimension } = images;
  const data = new Float32Array(n * n);
  for (let from = 0; from < n; from += block) {
    const to = Math.min(n, from + block);
    const part = await product(rowsOf(images, from, to), rowsOf(images, 0, to), { transposeB: true });
    for (let row = from; row < to; row++)
      data.set(part.data.subarray((row - from) * to, (row - from) * to + row + 1), row * n);
  }
  mirror(data, n);
  const gram: Matrix = { rows: n, columns: n, data };
  const columns = Float64Array.from({ length: n }, (_, row) => meanOf(data, row * n, n));
  const centre = { columns, all: columns.reduce((sum, value) => sum + value, 0) / n, dimension };
  return { gram: centreRows(gram, centre), centre };
}

/**
 * Makes of inner products [m, n] of any images with the training images those of both less the training images' mean,
 * divided by D, in place: (x - mean) (y - mean) = x y - x mean - mean y + mean mean.
 */
export function centreRows(products: Matrix, { columns, all, dimension }: Centre): Matrix {
  const { rows, columns: n, data } = products;
  const unit = 1 / dimension;
  for (let row = 0; row < rows; row++) {
    const shift = all - meanOf(data, row * n, n);
    for (let i = 0; i < n; i++)
      data[row * n + i] = ((data[row * n + i] as number) + shift - (columns[i] as number)) * unit;
  }
  return products;
}

/** Copies what lies below the diagonal above it, in squares that stay in the processor's cache. */
function mirror(data: Float32Array, n: number): void {
  const side = 32;
  for (let top = 0; top < n; top += side)
    for (let left = 0; left <= top; left += side)
      for (let row = top; row < Math.min(n, top + side); row++)
        for (let column = left; column < Math.min(row, left + side); column++)
          data[column * n + row] = data[row * n + column] as number;
}

function meanOf(data: Float32Array, from: number, length: number): number {
  let sum = 0;
  for (let i = from; i < from + length; i++) sum += data[i] as number;
  return sum / length;
}
