import { unitRows, type Product, type TrainingSet } from '../training';

/** Rows of one matrix product: a part of the inner products is held at a time. */
const block = 4096;

/** What the training images have in common, and how far each is from the others. */
export interface Familiarity {
  /** The direction of the mean of each class [C, D]: rows of length 1; zeros for a class without an image. */
  readonly directions: Float64Array;
  /** The novelty of each training image to the means of the others; not of one that is alone in its class. */
  readonly novelties: Float64Array;
}

/**
 * The class means of scaled values, for `novelty` to be measured to, and what it is for the training images themselves:
 * of image x of a class with the sum T the own mean is that of T - x, so that no image knows itself. All of it from the
 * inner products with T.
 * @throws RangeError where shapes disagree
 */
export async function familiarity(
  { values, labels }: TrainingSet,
  dimension: number,
  classes: number,
  product: Product,
): Promise<Familiarity> {
  const n = labels.length;
  if (values.length !== n * dimension)
    throw new RangeError(`${values.length} values are not ${n} rows of ${dimension}`);
  const { sums, counts } = classSums(values, labels, dimension, classes);
  const squares = Float64Array.from(counts, (_, c) => squaredLength(sums, c, dimension));
  const totals = { rows: classes, columns: dimension, data: sums };
  const novelties: number[] = [];
  for (let from = 0; from < n; from += block) {
    const to = Math.min(n, from + block);
    const data = values.subarray(from * dimension, to * dimension);
    const { data: inner } = await product({ rows: to - from, columns: dimension, data }, totals, {
      transposeB: true,
    });
    for (let row = from; row < to; row++) {
      const own = labels[row] ?? -1;
      if ((counts[own] ?? 0) < 2) continue;
      const square = squaredLength(values, row, dimension);
      let largest = -1;
      for (let c = 0; c < classes; c++) {
        const along = inner[(row - from) * classes + c] ?? 0;
        const whole = squares[c] ?? 0;
        const [product, size] = c === own ? [along - square, whole - 2 * along + square] : [along, whole];
        // What has no length is at a right angle to all, as in `novelty`.
        largest = Math.max(largest, size > 0 && square > 0 ? product / Math.sqrt(size * square) : 0);
      }
      novelties.push(1 - largest);
    }
  }
  return { directions: unitRows(sums, dimension), novelties: Float64Array.from(novelties) };
}

function classSums(
  values: Float32Array,
  labels: Int32Array,
  dimension: number,
  classes: number,
): { sums: Float32Array; counts: Int32Array } {
  const sums = new Float32Array(classes * dimension);
  const counts = new Int32Array(classes);
  labels.forEach((label, row) => {
    counts[label] = (counts[label] ?? 0) + 1;
    const [to, at] = [label * dimension, row * dimension];
    for (let i = 0; i < dimension; i++) sums[to + i] = (sums[to + i] as number) + (values[at + i] as number);
  });
  return { sums, counts };
}

function squaredLength(values: Float32Array, row: number, dimension: number): number {
  let sum = 0;
  for (let i = row * dimension; i < (row + 1) * dimension; i++) sum += (values[i] as number) ** 2;
  return sum;
}
