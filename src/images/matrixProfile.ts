import { fixed, profileTags } from './profileTags';

/** From the numbers of a picture to the profile connection space. */
export interface MatrixProfile {
  /** The light, 0 to 1, of each of the 256 values of red, green and blue: `[3, 256]`. */
  readonly light: readonly Float64Array[];
  /** X, Y and Z (adapted to D50) of red, green and blue light of strength 1: `[3, 3]`, a row for each of X, Y, Z. */
  readonly matrix: readonly (readonly number[])[];
}

/** Display, input and colour space profiles; what else there is, is used in another way. */
const classes = new Set(['mntr', 'scnr', 'spac']);

/** Curves may overshoot by their rounding. */
const brightest = 1.01;
/** Of black, lest black point compensation has anything to do. */
const darkest = 1e-6;

/**
 * An ICC profile (ICC.1:2022, 8.3.3 and F.3) of three colorants and a curve each. Undefined for one with tables, for one
 * that is odd in any way, and for anything else: those take more than this knows.
 */
export function readMatrixProfile(profile: Uint8Array): MatrixProfile | undefined {
  const tags = profileTags(profile);
  if (tags === undefined) return undefined;
  if (!classes.has(Buffer.from(profile.subarray(12, 16)).toString('latin1'))) return undefined;
  for (const name of tags.keys()) if (/^(A2B|B2A|D2B|B2D)/.test(name)) return undefined;
  const light: Float64Array[] = [];
  const colorants: number[][] = [];
  for (const colour of ['r', 'g', 'b']) {
    const colorant = tags.get(`${colour}XYZ`);
    const curve = curveOf(tags.get(`${colour}TRC`));
    if (colorant === undefined || colorant.length < 20 || curve === undefined) return undefined;
    if (colorant.toString('latin1', 0, 4) !== 'XYZ ') return undefined;
    colorants.push([8, 12, 16].map((at) => fixed(colorant, at)));
    const values = Float64Array.from({ length: 256 }, (_, i) => curve(i / 255));
    // Not a number is neither.
    if (!values.every((value) => value >= 0 && value <= brightest)) return undefined;
    if ((values[0] ?? 1) > darkest) return undefined;
    light.push(values);
  }
  return { light, matrix: [0, 1, 2].map((row) => colorants.map((colorant) => colorant[row] ?? 0)) };
}

type Curve = (value: number) => number;

/** How many numbers each type of parametric curve has (ICC.1:2022, table 68). */
const parameters = [1, 3, 4, 5, 7];

/** The light of a value, both 0 to 1: a `curv` or a `para` tag (ICC.1:2022, 10.6 and 10.18). */
function curveOf(tag: Buffer | undefined): Curve | undefined {
  if (tag === undefined || tag.length < 12) return undefined;
  switch (tag.toString('latin1', 0, 4)) {
    case 'curv': {
      const entries = tag.readUInt32BE(8);
      if (entries > 65_530 || 12 + entries * 2 > tag.length) return undefined;
      if (entries === 0) return (x) => x;
      if (entries === 1) return power(tag.readUInt16BE(12) / 256);
      return (x) => {
        const at = x * (entries - 1);
        const before = Math.min(Math.floor(at), entries - 2);
        const [low, high] = [before, before + 1].map((i) => tag.readUInt16BE(12 + i * 2) / 65_535);
        return (low ?? NaN) + ((high ?? NaN) - (low ?? NaN)) * (at - before);
      };
    }
    case 'para': {
      const type = tag.readUInt16BE(8);
      const count = parameters[type];
      if (count === undefined || tag.length < 12 + count * 4) return undefined;
      return parametric(
        type,
        Array.from({ length: count }, (_, i) => fixed(tag, 12 + i * 4)),
      );
    }
    default:
      return undefined;
  }
}

function power(gamma: number): Curve | undefined {
  return gamma > 0 ? (x) => x ** gamma : undefined;
}

function parametric(
  type: number,
  [g = 0, a = 1, b = 0, c = 0, d = 0, e = 0, f = 0]: number[],
): Curve | undefined {
  if (g <= 0 || a <= 0) return undefined;
  switch (type) {
    case 0:
      return power(g);
    case 1:
      return (x) => (x >= -b / a ? (a * x + b) ** g : 0);
    case 2:
      return (x) => (x >= -b / a ? (a * x + b) ** g + c : c);
    case 3:
      return (x) => (x >= d ? (a * x + b) ** g : c * x);
    default:
      return (x) => (x >= d ? (a * x + b) ** g + e : c * x + f);
  }
}
