import type { Picture } from '../../src/images/picture';

/** For each output position the first input position it draws on, how many, and their weights, `taps` apart. */
interface Weights {
  readonly taps: number;
  readonly first: Int32Array;
  readonly count: Int32Array;
  readonly values: Float32Array;
}

/**
 * The triangle filter from `from` to `to` positions: half-pixel centres, its support widened by the ratio when it
 * shrinks (antialiasing), its weights normalised at the borders. What Pillow's BILINEAR does.
 */
function triangleWeights(from: number, to: number): Weights {
  const scale = from / to;
  const support = Math.max(scale, 1);
  const taps = Math.min(from, Math.ceil(support) * 2 + 1);
  const first = new Int32Array(to);
  const count = new Int32Array(to);
  const values = new Float32Array(to * taps);
  for (let i = 0; i < to; i++) {
    const centre = (i + 0.5) * scale;
    const begin = Math.max(0, Math.floor(centre - support + 0.5));
    const end = Math.min(from, Math.floor(centre + support + 0.5), begin + taps);
    const weightAt = (position: number) => Math.max(0, 1 - Math.abs(position + 0.5 - centre) / support);
    let sum = 0;
    for (let position = begin; position < end; position++) sum += weightAt(position);
    first[i] = begin;
    count[i] = end - begin;
    for (let position = begin; position < end; position++)
      values[i * taps + position - begin] = weightAt(position) / sum;
  }
  return { taps, first, count, values };
}

type Samples = Uint8Array | Float32Array;

/** The columns: `source` is `[rows, from, 3]`, `out` `[rows, to, 3]`. */
function resizeColumns(source: Samples, from: number, weights: Weights, out: Float32Array): void {
  const { taps, first, count, values } = weights;
  const to = first.length;
  const rows = out.length / (to * 3);
  let target = 0;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < to; column++) {
      let at = (row * from + (first[column] as number)) * 3;
      const end = column * taps + (count[column] as number);
      let red = 0;
      let green = 0;
      let blue = 0;
      for (let tap = column * taps; tap < end; tap++) {
        const weight = values[tap] as number;
        red += weight * (source[at++] as number);
        green += weight * (source[at++] as number);
        blue += weight * (source[at++] as number);
      }
      out[target++] = red;
      out[target++] = green;
      out[target++] = blue;
    }
  }
}

/** The rows: `source` is `[from, stride]`, `out` `[to, stride]`, all 0. */
function resizeRows(source: Samples, stride: number, weights: Weights, out: Float32Array): void {
  const { taps, first, count, values } = weights;
  for (let row = 0; row < first.length; row++) {
    const target = out.subarray(row * stride, (row + 1) * stride);
    let at = (first[row] as number) * stride;
    for (let tap = 0; tap < (count[row] as number); tap++) {
      const weight = values[row * taps + tap] as number;
      for (let i = 0; i < stride; i++) target[i] = (target[i] as number) + weight * (source[at++] as number);
    }
  }
}

/**
 * A picture stretched to `width` x `height` by a half-pixel-centred antialiased triangle filter, `[height, width, 3]`.
 * The axis goes first that leaves less in between, so that a strip of a million pixels by one needs no gigabytes.
 */
export function plainResize(
  picture: Picture,
  { width, height }: { width: number; height: number },
): Uint8Array {
  if (picture.width === width && picture.height === height) return picture.data;
  const columns = triangleWeights(picture.width, width);
  const rows = triangleWeights(picture.height, height);
  const out = new Float32Array(width * height * 3);
  if (picture.height * width <= picture.width * height) {
    const between = new Float32Array(picture.height * width * 3);
    resizeColumns(picture.data, picture.width, columns, between);
    resizeRows(between, width * 3, rows, out);
  } else {
    const between = new Float32Array(height * picture.width * 3);
    resizeRows(picture.data, picture.width * 3, rows, between);
    resizeColumns(between, picture.width, columns, out);
  }
  const rounded = new Uint8Array(out.length);
  for (let i = 0; i < out.length; i++) rounded[i] = (out[i] as number) + 0.5;
  return rounded;
}
