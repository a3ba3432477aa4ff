import { fixed, profileTags } from './profileTags';

/** Red, green and blue of sRGB in the profile connection space (IEC 61966-2-1, adapted to D50): X, Y, Z each. */
const colorants = {
  rXYZ: [0.4361, 0.2225, 0.0139],
  gXYZ: [0.3851, 0.7169, 0.0971],
  bXYZ: [0.1431, 0.0606, 0.7141],
} as const;

/** Within these a profile changes no 8-bit value by more than one. */
const nearColour = 0.0005;
const nearLight = 0.0008;

/**
 * True for an ICC profile (ICC.1:2022) that describes sRGB, by its numbers and whatever it calls itself: one of three
 * colorants and a curve each, and no tables. Converting by it would change nothing. False for any that is odd.
 */
export function isSrgb(profile: Uint8Array): boolean {
  const tags = profileTags(profile);
  if (tags === undefined) return false;
  if (tags.has('A2B0')) return false;
  for (const [name, expected] of Object.entries(colorants)) {
    const tag = tags.get(name);
    if (tag === undefined || tag.length < 20) return false;
    if (expected.some((value, i) => Math.abs(fixed(tag, 8 + i * 4) - value) > nearColour)) return false;
  }
  return ['rTRC', 'gTRC', 'bTRC'].every((name) => isSrgbCurve(tags.get(name)));
}

/** The light of a value of sRGB, both 0 to 1. */
function lightOf(value: number): number {
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
}

function isSrgbCurve(curve: Buffer | undefined): boolean {
  if (curve === undefined || curve.length < 12) return false;
  const kind = curve.toString('latin1', 0, 4);
  if (kind === 'curv') {
    const entries = curve.readUInt32BE(8);
    // Fewer leave too much to the straight lines between them; one is a plain power.
    if (entries < 256 || 12 + entries * 2 > curve.length) return false;
    for (let i = 0; i < entries; i++)
      if (Math.abs(curve.readUInt16BE(12 + i * 2) / 65_535 - lightOf(i / (entries - 1))) > nearLight)
        return false;
    return true;
  }
  // Type 3: (a x + b) ^ g from d on, c x below.
  if (kind !== 'para' || curve.readUInt16BE(8) !== 3 || curve.length < 32) return false;
  const [g = 0, a = 0, b = 0, c = 0, d = 0] = [12, 16, 20, 24, 28].map((at) => fixed(curve, at));
  for (let i = 0; i <= 255; i++) {
    const x = i / 255;
    const light = x >= d ? (a * x + b) ** g : c * x;
    if (!(Math.abs(light - lightOf(x)) <= nearLight)) return false;
  }
  return true;
}
