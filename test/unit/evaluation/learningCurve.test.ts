import assert from 'node:assert/strict';
import fc from 'fast-check';
import { seededRandom } from '../../../src/base';
import { forecast, nestedOrder, wilson, type SizeOutcomes } from '../../../src/evaluation';
import { errorAt, fitPowerLaw } from '../../../src/evaluation/powerLaw';

const sizes = [16, 24, 35, 51, 74, 109, 160];

describe('nestedOrder', () => {
  it('has a stratified sample in every prefix', () => {
    const labels = fc.array(fc.nat(4), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(labels, fc.integer(), (given, seed) => {
        const order = nestedOrder(Int32Array.from(given), seededRandom(seed));
        assert.deepEqual(
          [...order].sort((a, b) => a - b),
          given.map((_, i) => i),
        );
        const present = [...new Set(given)];
        for (let m = present.length; m <= given.length; m++) {
          const prefix = [...order.subarray(0, m)].map((row) => given[row]);
          for (const label of present) {
            const all = given.filter((other) => other === label).length;
            const taken = prefix.filter((other) => other === label).length;
            assert.ok(taken >= 1);
            const share = (m * all) / given.length;
            const low = ((m - present.length) * all) / given.length;
            assert.ok(taken <= share + 1 + 1e-9 && taken >= low - 1e-9, `${taken} of ${all} in ${m}`);
          }
        }
      }),
    );
  });
});

describe('fitPowerLaw', () => {
  it('recovers the law that made the points', () => {
    const law = fc.record({
      a: fc.double({ min: 0, max: 0.3, noNaN: true }),
      b: fc.double({ min: 0.3, max: 2, noNaN: true }),
      c: fc.double({ min: 0.3, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(law, (given) => {
        const points = sizes.map((n) => ({ n, error: given.a + given.b * n ** -given.c, weight: 1 }));
        const found = fitPowerLaw(points);
        assert.ok(found);
        assert.ok(Math.abs(found.a - given.a) < 1e-3, `a ${found.a} for ${given.a}`);
        assert.ok(Math.abs(found.c - given.c) < 1e-2, `c ${found.c} for ${given.c}`);
        assert.ok(Math.abs(errorAt(found, 320) - (given.a + given.b * 320 ** -given.c)) < 1e-4);
      }),
    );
  });

  it('keeps its bounds and never rises, whatever the points are', () => {
    const points = fc.array(
      fc.record({
        n: fc.integer({ min: 1, max: 1000 }),
        error: fc.double({ min: 0, max: 1, noNaN: true }),
        weight: fc.double({ min: 0, max: 5, noNaN: true }),
      }),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(points, (given) => {
        const law = fitPowerLaw(given);
        const different = new Set(given.filter(({ weight }) => weight > 0).map(({ n }) => n)).size;
        assert.equal(law === undefined, different < 3);
        if (!law) return;
        assert.ok(law.a >= 0 && law.a <= 1 && law.b >= 0 && law.c >= 0.05 && law.c <= 2);
        assert.ok(errorAt(law, 2000) <= errorAt(law, 1000) + 1e-12);
      }),
    );
  });
});

describe('forecast', () => {
  /** Outcomes as a law of `a + b n^-c` gives them, image by image at random. */
  const outcomes = (
    law: { a: number; b: number; c: number },
    tested: number,
    seed: number,
  ): SizeOutcomes[] => {
    const random = seededRandom(seed);
    return sizes.map((n) => ({
      n,
      wrong: Array.from({ length: 5 }, () =>
        Uint8Array.from({ length: tested }, () => (random() < errorAt(law, n) ? 1 : 0)),
      ),
    }));
  };
  const photos = (n: number) => Array.from({ length: n }, (_, i) => [i]);
  const targets = { now: 160, n: 320 };

  it('has the truth in its interval nearly always', () => {
    const law = { a: 0.05, b: 1.5, c: 0.6 };
    const truth = 1 - errorAt(law, 320);
    let held = 0;
    for (let seed = 0; seed < 20; seed++) {
      const found = forecast(outcomes(law, 200, seed), photos(200), targets, seed);
      assert.ok(found);
      assert.ok(found.interval.low <= found.accuracy && found.accuracy <= found.interval.high);
      assert.ok(found.gain >= 0 && found.gainInterval.low >= 0);
      if (found.interval.low <= truth && truth <= found.interval.high) held++;
    }
    assert.ok(held >= 17, `${held} of 20`);
  });

  it('is as unsure as Wilson where no photo was named wrongly, and of what more would give too', () => {
    fc.assert(
      fc.property(fc.integer({ min: 5, max: 300 }), fc.nat(), (tested, seed) => {
        const found = forecast(outcomes({ a: 0, b: 0, c: 1 }, tested, seed), photos(tested), targets, seed);
        assert.ok(found);
        assert.deepEqual([found.accuracy, found.gain, found.interval.high], [1, 0, 1]);
        const error = 1 - wilson(tested, tested).low;
        const own = 1 - found.interval.low;
        assert.ok(own > error / 2 && own < error * 1.5, `up to ${own}, Wilson ${error}`);
        assert.ok(found.gainInterval.low >= 0 && found.gainInterval.high > error / 5);
      }),
      { numRuns: 10 },
    );
  });

  it('counts a photo that is there many times as one', () => {
    const once = outcomes({ a: 0.3, b: 0, c: 1 }, 40, 3).map(({ n, wrong }) => ({
      n,
      wrong: wrong.slice(0, 1),
    }));
    const thrice = once.map(({ n, wrong }) => ({
      n,
      wrong: wrong.map((row) => Uint8Array.from({ length: 120 }, (_, i) => row[i % 40] ?? 0)),
    }));
    const copies = photos(40).map(([i = 0]) => [i, i + 40, i + 80]);
    const width = (sizes: SizeOutcomes[], of: number[][]) => {
      const { interval } = forecast(sizes, of, targets, 1) ?? assert.fail();
      return interval.high - interval.low;
    };
    const known = width(once, photos(40));
    assert.ok(width(thrice, copies) > 0.85 * known);
    assert.ok(width(thrice, photos(120)) < 0.75 * known);
  });

  it('is the same for the same seed, and none where nothing was tested or sizes are few', () => {
    const given = outcomes({ a: 0, b: 1, c: 0.5 }, 40, 1);
    assert.deepEqual(forecast(given, photos(40), targets, 7), forecast(given, photos(40), targets, 7));
    assert.equal(forecast(given, [], targets, 7), undefined);
    assert.equal(forecast(given.slice(0, 2), photos(40), targets, 7), undefined);
  });
});
