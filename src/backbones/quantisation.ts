/**
 * The arithmetic of eight bits: a real value is (integer - zero point) * scale. Scales are float32, rounding is half
 * to even, as in ONNX's QuantizeLinear; so a network becomes the same integers on every machine.
 */

/** Raised when the rule below changes what a network becomes: it is part of the fingerprint. */
export const quantisationRule = 1;

/** The smallest and the largest value of an activation. */
export interface Range {
  readonly least: number;
  readonly most: number;
}

/**
 * uint8 over all of `range` and zero, which is kept exact: the zeros of a padding are zeros.
 * @throws RangeError where the range holds a number that is not finite
 */
export function quantiseActivation({ least, most }: Range): {
  readonly scale: number;
  readonly zeroPoint: number;
} {
  if (!Number.isFinite(least) || !Number.isFinite(most) || least > most)
    throw new RangeError(`${least} to ${most} is no range`);
  const bottom = Math.min(least, 0);
  const top = Math.max(most, 0);
  const scale = Math.fround((top - bottom) / 255);
  // No range to speak of; below the normal numbers a scale would have no precision.
  if (scale < 2 ** -126) return { scale: 1, zeroPoint: 0 };
  return { scale, zeroPoint: Math.min(255, roundHalfEven((0 - bottom) / scale)) };
}

/**
 * Which integers a filter may have. x86 without VNNI adds two neighbouring products of u8 and s8 in 16 bits, which
 * saturate at 32,767; below that the sums are those of every other machine.
 */
export interface WeightBounds {
  /** Of each integer. */
  readonly each: number;
  /** Of the sum of two neighbours, the even one first: with 128 the products come to 255 * 128 = 32,640 at most. */
  readonly pair: number;
}

export const weightBounds = {
  /** 1x1: the neighbours are input channels, in their order. */
  pointwise: { each: 127, pair: 128 },
  /** Depthwise: its products are widened one by one. */
  depthwise: { each: 127, pair: Infinity },
  /** Any other: seven bits, whichever products come together. */
  other: { each: 63, pair: Infinity },
} as const satisfies Record<string, WeightBounds>;

/** Integers with a scale for each output channel, [channels]. */
export interface QuantisedConvolution {
  readonly filter: Int8Array;
  readonly filterScales: Float32Array;
  /** In units of the input's scale times the channel's. */
  readonly bias: Int32Array | undefined;
  readonly biasScales: Float32Array;
}

/** Leaves room for the sum of products beside it. */
const biasLimit = 2 ** 29;

/**
 * A filter whose values stand channel by channel, and its bias [channels], for an input of scale `inputScale`. Where
 * a channel's weights are so small that its bias would not fit, its scale is the bias's.
 * @throws RangeError where the values do not divide into channels
 */
export function quantiseConvolution(
  filter: Float32Array,
  bias: Float32Array | undefined,
  { channels, bounds, inputScale }: { channels: number; bounds: WeightBounds; inputScale: number },
): QuantisedConvolution {
  const size = filter.length / channels;
  if (!Number.isInteger(size) || (bias !== undefined && bias.length !== channels))
    throw new RangeError(`${filter.length} weights are no ${channels} channels`);
  const integers = new Int8Array(filter.length);
  const filterScales = new Float32Array(channels);
  const biasScales = new Float32Array(channels);
  const biasIntegers = bias && new Int32Array(channels);
  for (let channel = 0; channel < channels; channel++) {
    const from = channel * size;
    const weights = filter.subarray(from, from + size);
    const offset = bias?.[channel] ?? 0;
    const scale = Math.fround(
      Math.max(leastScale(weights, bounds), Math.abs(offset) / (inputScale * biasLimit), smallestScale),
    );
    filterScales[channel] = scale;
    roundTogether(weights, scale, bounds, integers.subarray(from, from + size));
    const biasScale = Math.fround(inputScale * scale);
    biasScales[channel] = biasScale;
    if (biasIntegers) biasIntegers[channel] = roundHalfEven(offset / biasScale);
  }
  return { filter: integers, filterScales, bias: biasIntegers, biasScales };
}

/** The smallest scale with which rounding keeps to the bounds: of a pair each may be rounded up by a half. */
function leastScale(weights: Float32Array, { each, pair }: WeightBounds): number {
  let largest = 0;
  let largestPair = 0;
  for (let i = 0; i < weights.length; i += 2) {
    const a = weights[i] as number;
    const b = i + 1 < weights.length ? (weights[i + 1] as number) : 0;
    const one = Math.abs(a);
    const other = Math.abs(b);
    const sum = Math.abs(a + b);
    if (one > largest) largest = one;
    if (other > largest) largest = other;
    if (sum > largestPair) largestPair = sum;
  }
  return Math.max(largest / each, largestPair / (pair - 1));
}

/**
 * Rounds `values` / `scale` within the bounds so that the sum comes nearest to theirs, moving those that are nearest to
 * their other neighbour: behind a rectifier all inputs are positive, and what the weights of a channel lose together
 * would shift its result.
 */
function roundTogether(
  values: Float32Array,
  scale: number,
  { each, pair }: WeightBounds,
  integers: Int8Array,
): void {
  const rests = new Float64Array(values.length);
  let missing = 0;
  for (let i = 0; i < values.length; i++) {
    const exact = (values[i] as number) / scale;
    const integer = Math.max(-each, Math.min(each, roundHalfEven(exact)));
    integers[i] = integer;
    rests[i] = exact - integer;
    missing += exact - integer;
  }
  const step = Math.sign(missing);
  for (let left = Math.abs(missing); left > 0.5; left--) {
    let found = -1;
    let most = 0;
    for (let i = 0; i < rests.length; i++) {
      const rest = step * (rests[i] as number);
      if (rest <= most) continue;
      const moved = step * (integers[i] as number) + 1;
      if (moved > each || moved + step * (integers[i ^ 1] ?? 0) > pair) continue;
      found = i;
      most = rest;
    }
    if (found === -1) return;
    integers[found] = (integers[found] as number) + step;
    rests[found] = 0;
  }
}

/** Keeps the product of two scales a normal float32. */
const smallestScale = 2 ** -60;

/** Beside it a float64 has no digits after the point, and adding to it rounds as IEEE 754 does: half to even. */
const wholes = 1.5 * 2 ** 52;

/** The nearest whole number; of two equally near, the even one. Exact up to 2^51. */
export function roundHalfEven(value: number): number {
  return value + wholes - wholes;
}
