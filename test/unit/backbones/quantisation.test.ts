import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  quantiseActivation,
  quantiseConvolution,
  roundHalfEven,
  weightBounds,
} from '../../../src/backbones/quantisation';

const real = fc.double({ min: -1e6, max: 1e6, noNaN: true });
const float = fc.float({ min: -100, max: 100, noNaN: true });

describe('rounding half to even', () => {
  it('takes the nearest whole number, and of two equally near the even one', () => {
    fc.assert(
      fc.property(real, (value) => {
        const rounded = roundHalfEven(value);
        assert(Number.isInteger(rounded));
        assert(Math.abs(value - rounded) <= 0.5);
        if (Math.abs(value - rounded) === 0.5) assert.equal(Math.abs(rounded % 2), 0);
      }),
    );
    const halves = fc.integer({ min: -1e6, max: 1e6 });
    fc.assert(fc.property(halves, (whole) => assert.equal(Math.abs(roundHalfEven(whole + 0.5) % 2), 0)));
  });
});

describe('the eight bits of an activation', () => {
  it('keep zero exact, hold every value of the range within half a step, and are uint8', () => {
    fc.assert(
      fc.property(real, real, fc.double({ min: 0, max: 1, noNaN: true }), (a, b, part) => {
        const [least, most] = [Math.min(a, b), Math.max(a, b)];
        const { scale, zeroPoint } = quantiseActivation({ least, most });
        assert.equal(scale, Math.fround(scale));
        assert(scale > 0);
        assert(Number.isInteger(zeroPoint) && zeroPoint >= 0 && zeroPoint <= 255);
        const value = least + part * (most - least);
        const integer = Math.max(0, Math.min(255, roundHalfEven(value / scale) + zeroPoint));
        // At an end of the range the zero point's own rounding may cost another half.
        assert(Math.abs((integer - zeroPoint) * scale - value) <= scale * 1.001);
      }),
    );
  });

  it('are the pixels themselves for a normalised input', () => {
    const { scale, zeroPoint } = quantiseActivation({ least: -127 / 128, most: 1 });
    assert.deepEqual([scale, zeroPoint], [1 / 128, 127]);
  });

  it('are those of a rectifier from zero on', () => {
    assert.deepEqual(quantiseActivation({ least: 0, most: 6 }), {
      scale: Math.fround(6 / 255),
      zeroPoint: 0,
    });
  });

  it('exist for a value that is always zero, and for no range that is none', () => {
    assert.deepEqual(quantiseActivation({ least: 0, most: 0 }), { scale: 1, zeroPoint: 0 });
    for (const [least, most] of [
      [1, -1],
      [NaN, 1],
      [0, Infinity],
    ] as const)
      assert.throws(() => quantiseActivation({ least, most }), RangeError);
  });
});

describe('the integers of a convolution', () => {
  const channel = fc.array(float, { minLength: 5, maxLength: 5 });
  const cases = fc.record({
    filter: fc.array(channel, { minLength: 1, maxLength: 4 }),
    bias: fc.array(float, { minLength: 4, maxLength: 4 }),
    bounds: fc.constantFrom(...Object.values(weightBounds)),
    inputScale: fc.float({ min: Math.fround(1e-4), max: 1, noNaN: true }),
  });

  it('stay within their bits, near their weights, and right in the sum of each channel', () => {
    fc.assert(
      fc.property(cases, ({ filter, bias, bounds, inputScale }) => {
        const channels = filter.length;
        const weights = Float32Array.from(filter.flat());
        const result = quantiseConvolution(weights, Float32Array.from(bias.slice(0, channels)), {
          channels,
          bounds,
          inputScale,
        });
        for (const [c, values] of filter.entries()) {
          const scale = result.filterScales[c] ?? NaN;
          const integers = [...result.filter.subarray(5 * c, 5 * c + 5)];
          assert(integers.every((integer) => Math.abs(integer) <= bounds.each));
          for (let i = 0; i < integers.length; i += 2)
            assert(Math.abs((integers[i] ?? 0) + (integers[i + 1] ?? 0)) <= bounds.pair);
          const rests = values.map((value, i) => value / scale - (integers[i] ?? NaN));
          assert(rests.every((rest) => Math.abs(rest) <= 1 + 1e-5));
          // Bounds may leave nothing to move.
          const free =
            integers.every((integer) => Math.abs(integer) < bounds.each) && bounds.pair === Infinity;
          const missing = Math.abs(rests.reduce((sum, rest) => sum + rest, 0));
          if (free) assert(missing <= 0.5 + 1e-4, String(missing));
        }
      }),
    );
  });

  it('hold the bias within half a unit and 30 bits, however small the weights', () => {
    const small = fc.record({
      weight: fc.constantFrom(0, 1e-30, 1e-12, 1e-3, 1),
      offset: float,
      inputScale: fc.constantFrom(1e-3, 1 / 128, 1),
    });
    fc.assert(
      fc.property(small, ({ weight, offset, inputScale }) => {
        const { bias, biasScales, filterScales } = quantiseConvolution(
          Float32Array.of(weight, -weight),
          Float32Array.of(offset),
          { channels: 1, bounds: weightBounds.other, inputScale },
        );
        const [integer = NaN, unit = NaN] = [bias?.[0], biasScales[0]];
        assert.equal(unit, Math.fround(inputScale * (filterScales[0] ?? NaN)));
        assert(Math.abs(integer) <= 2 ** 29 * 1.001);
        assert(Math.abs(integer * unit - Math.fround(offset)) <= unit / 2 + Math.abs(offset) * 1e-6);
      }),
    );
  });

  it('never saturate the 16 bits in which x86 without VNNI adds two products', () => {
    const { pointwise, other } = weightBounds;
    assert(255 * Math.min(pointwise.pair, 2 * pointwise.each) <= 32_767);
    assert(255 * Math.min(other.pair, 2 * other.each) <= 32_767);
  });

  it('are refused where weights do not divide into channels', () => {
    const options = { channels: 2, bounds: weightBounds.pointwise, inputScale: 1 };
    assert.throws(() => quantiseConvolution(new Float32Array(3), undefined, options), RangeError);
    assert.throws(() => quantiseConvolution(new Float32Array(4), new Float32Array(3), options), RangeError);
  });
});
