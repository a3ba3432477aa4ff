import assert from 'node:assert/strict';
import { normalise } from '../../../src/backbones';

describe('normalise', () => {
  it('takes the mean and divides by the deviation, for every pixel value', () => {
    const pixels = Uint8Array.from({ length: 300 }, (_, i) => i % 256);
    for (const [mean, deviation] of [
      [127, 128],
      [0, 255],
      [103.94, 58.8],
    ] as const)
      assert.deepEqual(
        normalise(pixels, { mean, deviation }),
        Float32Array.from(pixels, (pixel) => (pixel - mean) / deviation),
      );
  });
});
