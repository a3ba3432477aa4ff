import assert from 'node:assert/strict';
import fc from 'fast-check';
import { seededRandom } from '../../../src/base';
import { fitTemperature } from '../../../src/training';

/** Logits [n, classes], and labels drawn from their softmax: calibrated by construction. */
function calibrated(n: number, classes: number, seed: number): { logits: Float64Array; labels: Int32Array } {
  const random = seededRandom(seed);
  const logits = Float64Array.from({ length: n * classes }, () => 6 * random());
  const labels = Int32Array.from({ length: n }, (_, row) => {
    const weights = logits.subarray(row * classes, (row + 1) * classes).map(Math.exp);
    let left = random() * weights.reduce((sum, weight) => sum + weight, 0);
    return weights.findIndex((weight) => (left -= weight) < 0);
  });
  return { logits, labels };
}

/** The smoothed mean cross-entropy, from the formula. */
function loss(logits: Float64Array, labels: Int32Array, classes: number, temperature: number): number {
  const n = labels.length;
  let sum = 0;
  labels.forEach((label, row) => {
    const scores = [...logits.subarray(row * classes, (row + 1) * classes)].map((z) => z / temperature);
    const total = Math.log(scores.reduce((all, z) => all + Math.exp(z), 0));
    scores.forEach((z, c) => {
      const share = c === label ? 1 - 1 / (n + 2) : 1 / ((n + 2) * (classes - 1));
      sum -= share * (z - total);
    });
  });
  return sum / n;
}

describe('fitTemperature', () => {
  it('finds the temperature that the labels were drawn with', () => {
    for (const factor of [0.1, 1, 5]) {
      const { logits, labels } = calibrated(20_000, 4, 1);
      const scores = logits.map((logit) => logit * factor);
      assert.ok(Math.abs(fitTemperature(scores, labels, 4) / factor - 1) < 0.03);
    }
  });

  it('has the least loss', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 60 }),
        fc.integer({ min: 2, max: 5 }),
        fc.nat(),
        (n, classes, seed) => {
          const { logits, labels } = calibrated(n, classes, seed);
          const temperature = fitTemperature(logits, labels, classes);
          const least = loss(logits, labels, classes, temperature);
          // Answers no better than chance stop at the highest temperature.
          for (const factor of temperature < 100 ? [0.5, 0.9, 1.1, 2] : [0.5, 0.9])
            assert.ok(loss(logits, labels, classes, temperature * factor) >= least - 1e-9);
        },
      ),
    );
  });

  it('does not believe a few right answers', () => {
    const scores = Float64Array.of(1, -1, -1, 1);
    const temperature = fitTemperature(scores, Int32Array.of(0, 1), 2);
    // Two of two are right: (2 + 1) / (2 + 2).
    assert.ok(Math.abs(1 / (1 + Math.exp(-2 / temperature)) - 0.75) < 1e-5);
  });

  it('makes answers that are always wrong nearly as likely as the others', () => {
    const temperature = fitTemperature(Float64Array.of(1, 0, 0, 1), Int32Array.of(1, 0), 2);
    assert.ok(temperature > 100 && Number.isFinite(temperature));
  });

  it('is 1 where there is nothing to fit', () => {
    assert.equal(fitTemperature(new Float64Array(0), new Int32Array(0), 3), 1);
    assert.equal(fitTemperature(new Float64Array(6), Int32Array.of(0, 1), 3), 1);
    assert.equal(fitTemperature(Float32Array.of(2, 1), Int32Array.of(0, 0), 1), 1);
  });
});
