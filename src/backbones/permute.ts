import type { Shape } from './graph';

/** A copy of a row-major array of at most four dimensions, its dimensions in the order `axes` (as numpy.transpose). */
export function permute(
  values: Float32Array,
  shape: Shape,
  axes: readonly number[],
): { readonly shape: Shape; readonly values: Float32Array } {
  const strides = shape.map((_, i) => shape.slice(i + 1).reduce((a, b) => a * b, 1));
  const size = axes.map((axis) => shape[axis] ?? 1);
  const step = axes.map((axis) => strides[axis] ?? 0);
  // Padded in front to four, so that four plain loops do.
  const pad = Array<number>(4 - axes.length);
  const [n0 = 1, n1 = 1, n2 = 1, n3 = 1] = [...pad.fill(1), ...size];
  const [s0 = 0, s1 = 0, s2 = 0, s3 = 0] = [...pad.fill(0), ...step];
  const out = new Float32Array(values.length);
  if (n2 * n3 === 1) {
    transpose(values, out, [n0, n1], [s0, s1]);
    return { shape: size, values: out };
  }
  let to = 0;
  for (let a = 0; a < n0; a++)
    for (let b = 0; b < n1; b++)
      for (let c = 0; c < n2; c++) {
        let from = a * s0 + b * s1 + c * s2;
        for (let d = 0; d < n3; d++, from += s3) out[to++] = values[from] as number;
      }
  return { shape: size, values: out };
}

/** Of a matrix, in squares that stay in the processor's cache. */
function transpose(
  values: Float32Array,
  out: Float32Array,
  [rows, columns]: readonly [number, number],
  [down, across]: readonly [number, number],
): void {
  const side = 32;
  for (let top = 0; top < rows; top += side)
    for (let left = 0; left < columns; left += side) {
      const bottom = Math.min(rows, top + side);
      const right = Math.min(columns, left + side);
      for (let row = top; row < bottom; row++)
        for (let column = left; column < right; column++)
          out[row * columns + column] = values[row * down + column * across] as number;
    }
}
