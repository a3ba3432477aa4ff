import assert from 'node:assert/strict';
import { normalise } from '../../../src/backbones';

describe('normalise', () => {
  it('takes the mean and divides by the deviation, for every pixel value', () => {
    const pixels = Uint8Array.from({ length: 256 }, (_, i) => i);
    const out = new Float32Array(256);
    normalise(pixels, { normalisation: { mean: 127, deviation: 128 } }, out);
    assert.deepEqual(
      [...out],
      [...pixels].map((value) => (value - 127) / 128),
    );
  });

  it('refuses a place of another size', () => {
    const backbone = { normalisation: { mean: 0, deviation: 1 } };
    assert.throws(() => normalise(new Uint8Array(3), backbone, new Float32Array(4)), RangeError);
  });
});
