import type { MatrixProfile } from './matrixProfile';

/*
 * From a profile to sRGB, in the integers in which Little CMS does it for eight bits (cmsopt.c, `MatShaperEval16`; sharp
 * has it do so): light with 14 bits behind the point, and of each light the nearest value.
 */
const one = 2 ** 14;
const half = one / 2;

/** sRGB as sharp's own profile has it, in units of 2^-16: X, Y, Z of red, green, blue, and its curve. */
const colorants = [
  [28_576, 14_578, 911],
  [25_238, 46_985, 6362],
  [9376, 3973, 46_788],
] as const;
const unit = 2 ** -16;
const [g, a, b, c, d] = [157_289 * unit, 62_119 * unit, 3417 * unit, 5072 * unit, 2651 * unit] as const;

/** What `decode` of decoder.wasm is told: light by light, and what becomes of it. */
export interface ColourTables {
  /** `[3, 256, 4]`: what a value of red, green or blue adds to the red, green and blue of sRGB, 28 bits behind the point. */
  readonly products: Int32Array;
  /** `[16385]`: the value of sRGB of each light. */
  readonly encoded: Uint8Array;
}

/** Sums of three products stay below 2^31. */
const largestSum = 7;

/** The tables of a profile; undefined where its colours lie so far out that the integers would not hold them. */
export function tablesOf({ light, matrix }: MatrixProfile): ColourTables | undefined {
  const products = new Int32Array(3 * 256 * 4);
  for (const [row, toLight] of toLinearSrgb.entries()) {
    const factors = [0, 1, 2].map((column) =>
      dot(
        toLight,
        matrix.map((line) => line[column] ?? NaN),
      ),
    );
    if (!(factors.reduce((sum, factor) => sum + Math.abs(factor), 0) <= largestSum)) return undefined;
    for (const [column, factor] of factors.entries()) {
      const integer = Math.floor(factor * one + 0.5);
      // Added once, it rounds the sum.
      const rounding = column === 0 ? half : 0;
      for (const [value, strength] of (light[column] ?? []).entries())
        products[(column * 256 + value) * 4 + row] = integer * Math.floor(strength * one + 0.5) + rounding;
    }
  }
  return { products, encoded };
}

const toLinearSrgb = inverse([0, 1, 2].map((row) => colorants.map((colour) => (colour[row] ?? NaN) * unit)));

const encoded = Uint8Array.from({ length: one + 1 }, (_, i) => {
  const light = i / one;
  const value = light >= (a * d + b) ** g ? (light ** (1 / g) - b) / a : light / c;
  return Math.round(Math.min(1, value) * 255);
});

function dot(one: readonly number[], other: readonly number[]): number {
  return one.reduce((sum, value, i) => sum + value * (other[i] ?? NaN), 0);
}

/** Of a `[3, 3]` matrix, by its cofactors. */
function inverse(m: readonly (readonly number[])[]): number[][] {
  const at = (row: number, column: number) => m[row % 3]?.[column % 3] ?? NaN;
  const cofactor = (row: number, column: number) =>
    at(row + 1, column + 1) * at(row + 2, column + 2) - at(row + 1, column + 2) * at(row + 2, column + 1);
  const determinant = [0, 1, 2].reduce((sum, column) => sum + at(0, column) * cofactor(0, column), 0);
  return [0, 1, 2].map((row) => [0, 1, 2].map((column) => cofactor(column, row) / determinant));
}
