import { dot } from './lbfgs';
import type { Matrix, Product } from './matrix';

/** Rows of `values` [n, D] brought to length 1, in float64; a row of zeros stays one. */
export function unitRows(values: Float32Array, dimension: number): Float64Array {
  const units = Float64Array.from(values);
  for (let row = 0; row < units.length; row += dimension) {
    const length = Math.sqrt(dot(units, units, row, row, dimension));
    if (length > 0) for (let i = row; i < row + dimension; i++) units[i] = (units[i] as number) / length;
  }
  return units;
}

/** The cosines [n, m] of rows of length 1, one by one. */
export function cosines(a: Float64Array, b: Float64Array, dimension: number): Float64Array {
  const [n, m] = [a.length / dimension, b.length / dimension];
  const result = new Float64Array(n * m);
  for (let row = 0; row < n; row++)
    for (let other = 0; other < m; other++)
      result[row * m + other] = dot(a, b, row * dimension, other * dimension, dimension);
  return result;
}

/** The cosines [n, n] of rows of length 1 with each other; of one with itself -Infinity, for it is not its own neighbour. */
export async function mutualCosines(
  units: Float64Array,
  dimension: number,
  product: Product,
): Promise<Float32Array> {
  const n = units.length / dimension;
  const matrix: Matrix = { rows: n, columns: dimension, data: Float32Array.from(units) };
  const { data } = await product(matrix, matrix, { transposeB: true });
  for (let i = 0; i < n; i++) data[i * n + i] = -Infinity;
  return data;
}

/** The numbers of the `k` largest of `length` values from `offset` on, the largest first, of equals the first. */
export function largest(
  values: Float32Array | Float64Array,
  offset: number,
  length: number,
  k: number,
): number[] {
  const found: number[] = [];
  for (let i = 0; i < length; i++) {
    const value = values[offset + i] as number;
    if (found.length === k && value <= (values[offset + (found[k - 1] as number)] as number)) continue;
    let at = found.length;
    while (at > 0 && value > (values[offset + (found[at - 1] as number)] as number)) at--;
    found.splice(at, 0, i);
    if (found.length > k) found.pop();
  }
  return found;
}
