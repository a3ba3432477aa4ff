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
  if (scale === 0) return { scale: 1, zeroPoint: 0 };
  return { scale, zeroPoint: Math.min(255, roundHalfEven((0 - bottom) / scale)) };
}

/** Bound of a weight's integer. */
export const weightLimits = {
  /**
   * Seven bits. x86 without VNNI adds two products of u8 and s8 in 16 bits, which saturate at 32,767: 2 * 255 * 63 is
   * 32,130, and so the sums are those of every other machine.
   */
  matrix: 63,
  /** Of a depthwise convolution, whose products are widened one by one. */
  depthwise: 127,
} as const;

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
  { channels, limit, inputScale }: { channels: number; limit: number; inputScale: number },
): QuantisedConvolution {
  const size = filter.length / channels;
  if (!Number.isInteger(size) || (bias !== undefined && bias.length !== channels))
    throw new RangeError(`${filter.length} weights are no ${channels} channels`);
  const integers = new Int8Array(filter.length);
  const filterScales = new Float32Array(channels);
  const biasScales = new Float32Array(channels);
  const biasIntegers = bias && new Int32Array(channels);
  for (let channel = 0; channel < channels; channel++) {
    let largest = 0;
    for (let i = 0; i < size; i++) largest = Math.max(largest, Math.abs(filter[channel * size + i] ?? 0));
    const offset = bias?.[channel] ?? 0;
    const scale = Math.fround(
      Math.max(largest / limit, Math.abs(offset) / (inputScale * biasLimit), smallestScale),
    );
    filterScales[channel] = scale;
    const from = channel * size;
    roundTogether(filter.subarray(from, from + size), scale, limit, integers.subarray(from, from + size));
    const biasScale = Math.fround(inputScale * scale);
    biasScales[channel] = biasScale;
    if (biasIntegers) biasIntegers[channel] = roundHalfEven(offset / biasScale);
  }
  return { filter: integers, filterScales, bias: biasIntegers, biasScales };
}

/**
 * Rounds `values` / `scale` within +-`limit` so that the sum comes nearest to theirs, moving those that are nearest to
 * their other neighbour: behind a rectifier all inputs are positive, and what the weights of a channel lose together
 * would shift its result.
 */
function roundTogether(values: Float32Array, scale: number, limit: number, integers: Int8Array): void {
  const rests = new Float64Array(values.length);
  let missing = 0;
  for (let i = 0; i < values.length; i++) {
    const exact = (values[i] as number) / scale;
    const integer = Math.max(-limit, Math.min(limit, roundHalfEven(exact)));
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
      if (rest > most && step * (integers[i] as number) < limit) {
        found = i;
        most = rest;
      }
    }
    if (found === -1) return;
    integers[found] = (integers[found] as number) + step;
    rests[found] = 0;
  }
}

/** Keeps the product of two scales a normal float32. */
const smallestScale = 2 ** -60;

/** The nearest whole number; of two equally near, the even one. */
export function roundHalfEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  if (rest !== 0.5) return rest < 0.5 ? below : below + 1;
  return below % 2 === 0 ? below : below + 1;
}
