import { throwIfAborted, type Report } from '../base';
import { dot } from './lbfgs';
import { rowsOf, type Matrix, type Product } from './matrix';

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

/** Entries of one product of queries and rows: 64 MB. */
const mostEntries = 2 ** 24;

/** `values` [n, D] brought to length 1, in float32; a row of zeros stays one. */
export function directions(values: Float32Array, dimension: number): Float32Array {
  const result = new Float32Array(values.length);
  for (let row = 0; row < values.length; row += dimension) {
    const length = Math.sqrt(exactDot(values, row, values, row, dimension));
    if (length > 0) for (let i = row; i < row + dimension; i++) result[i] = (values[i] as number) / length;
  }
  return result;
}

interface Search {
  /** Rows that do not count for a query, by its number. */
  readonly apart?: (query: number) => readonly number[];
  readonly signal?: AbortSignal | undefined;
  /** After each block: how many queries are answered. */
  readonly report?: Report<{ done: number; of: number }> | undefined;
}

/**
 * The numbers of the `k` rows with the largest cosine to each query, the nearest first, of equals the first. The
 * product in float32 only picks more than enough; these are ranked by sums in float64, so that runtimes agree.
 * @param queries and `rows` of length 1
 * @throws the signal's reason once aborted
 */
export async function nearestRows(
  queries: Matrix,
  rows: Matrix,
  k: number,
  product: Product,
  { apart, signal, report }: Search = {},
): Promise<number[][]> {
  const dimension = rows.columns;
  const block = Math.max(1, Math.floor(mostEntries / Math.max(1, rows.rows)));
  const found: number[][] = [];
  for (let from = 0; from < queries.rows; from += block) {
    throwIfAborted(signal);
    const part = rowsOf(queries, from, Math.min(queries.rows, from + block));
    const { data } = await product(part, rows, { transposeB: true });
    for (let i = 0; i < part.rows; i++) {
      const offset = i * rows.rows;
      const excluded = apart?.(from + i) ?? [];
      for (const row of excluded) data[offset + row] = -Infinity;
      const near = largest(data, offset, rows.rows, k + spare)
        .filter((row) => data[offset + row] !== -Infinity)
        .map((row) => ({
          row,
          cosine: exactDot(part.data, i * dimension, rows.data, row * dimension, dimension),
        }))
        .sort((a, b) => b.cosine - a.cosine || a.row - b.row);
      found.push(near.slice(0, k).map(({ row }) => row));
    }
    report?.({ done: found.length, of: queries.rows });
  }
  return found;
}

/** Rows that are ranked besides as many as are sought. */
const spare = 10;

function exactDot(u: Float32Array, fromU: number, v: Float32Array, fromV: number, length: number): number {
  let [a, b, c, d] = [0, 0, 0, 0];
  let i = 0;
  for (; i + 4 <= length; i += 4) {
    const [atU, atV] = [fromU + i, fromV + i];
    a += (u[atU] as number) * (v[atV] as number);
    b += (u[atU + 1] as number) * (v[atV + 1] as number);
    c += (u[atU + 2] as number) * (v[atV + 2] as number);
    d += (u[atU + 3] as number) * (v[atV + 3] as number);
  }
  for (; i < length; i++) a += (u[fromU + i] as number) * (v[fromV + i] as number);
  return a + b + c + d;
}

/** The numbers of the `k` largest of `length` values from `offset` on, the largest first, of equals the first. */
function largest(values: Float32Array, offset: number, length: number, k: number): number[] {
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
