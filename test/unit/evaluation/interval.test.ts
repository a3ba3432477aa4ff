import assert from 'node:assert/strict';
import fc from 'fast-check';
import { wilson } from '../../../src/evaluation';

describe('wilson', () => {
  it('agrees with values worked out by hand', () => {
    // z = 1.959964: (p + z²/2n -+ z sqrt(p(1-p)/n + z²/4n²)) / (1 + z²/n)
    const expected: readonly [number, number, number, number][] = [
      [18, 20, 0.6989664, 0.9721335],
      [5, 10, 0.2365931, 0.7634069],
      [0, 10, 0, 0.2775328],
      [1, 1, 0.2065493, 1],
    ];
    for (const [successes, n, low, high] of expected) {
      const interval = wilson(successes, n);
      assert.ok(Math.abs(interval.low - low) < 1e-6, `${interval.low} is not ${low}`);
      assert.ok(Math.abs(interval.high - high) < 1e-6, `${interval.high} is not ${high}`);
    }
  });

  it('lies within [0, 1] and holds the share', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1e9 }).chain((n) => fc.tuple(fc.nat(n), fc.constant(n))),
        ([successes, n]) => {
          const { low, high } = wilson(successes, n);
          assert.ok(0 <= low && low <= successes / n && successes / n <= high && high <= 1);
          assert.ok(low < high);
        },
      ),
    );
  });

  it('is the same seen from the failures', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1e5 }).chain((n) => fc.tuple(fc.nat(n), fc.constant(n))),
        ([successes, n]) => {
          const [of, other] = [wilson(successes, n), wilson(n - successes, n)];
          assert.ok(Math.abs(of.low - (1 - other.high)) < 1e-12);
        },
      ),
    );
  });

  it('says nothing of nothing', () => {
    assert.deepEqual(wilson(0, 0), { low: 0, high: 1 });
  });

  it('refuses more successes than trials', () => {
    assert.throws(() => wilson(3, 2), /3 successes of 2/);
    assert.throws(() => wilson(NaN, 2), /NaN successes of 2/);
  });
});
