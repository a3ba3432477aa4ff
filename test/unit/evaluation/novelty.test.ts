import assert from 'node:assert/strict';
import fc from 'fast-check';
import { novelty, noveltyThreshold } from '../../../src/evaluation';
import { unitRows } from '../../../src/training';

describe('novelty', () => {
  it('is 0 for a copy at any brightness, 1 at a right angle, 2 for the opposite', () => {
    const training = unitRows(Float32Array.of(3, 4, 4, 3), 2);
    const [same, right, opposite] = novelty(Float32Array.of(6, 8, 0, 0, -6, -8), training, 2);
    assert.ok(Math.abs(same ?? NaN) < 1e-7);
    assert.equal(right, 1);
    assert.ok(Math.abs((opposite ?? NaN) - 1.96) < 1e-7);
  });

  it('does not grow when there is more to be like', () => {
    const row = fc.float32Array({ minLength: 12, maxLength: 12, noNaN: true, min: -10, max: 10 });
    fc.assert(
      fc.property(row, row, (images, training) => {
        const units = unitRows(training, 3);
        const all = novelty(images, units, 3);
        novelty(images, units.subarray(0, 6), 3).forEach((value, i) => assert.ok(value >= (all[i] ?? NaN)));
      }),
    );
  });
});

describe('noveltyThreshold', () => {
  it('refuses no larger share of known images than asked for, and no smaller one than it may', () => {
    const values = fc.uniqueArray(fc.double({ min: 0, max: 2, noNaN: true }), { minLength: 1 });
    fc.assert(
      fc.property(values, fc.double({ min: 0, max: 0.99, noNaN: true }), (known, share) => {
        const threshold = noveltyThreshold(Float64Array.from(known), share);
        assert.equal(known.filter((value) => value > threshold).length, Math.floor(share * known.length));
      }),
    );
    assert.equal(noveltyThreshold(new Float64Array(0), 0.1), Infinity);
  });
});
