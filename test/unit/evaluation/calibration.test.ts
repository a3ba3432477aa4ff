import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  calibrationOf,
  coverageCurve,
  rejectThreshold,
  topAnswers,
  topKAccuracy,
} from '../../../src/evaluation';

const answersOf = (...probabilities: number[]) =>
  probabilities.map((probability) => ({ predicted: 0, probability }));
const cases = fc.array(fc.tuple(fc.double({ min: 0.001, max: 1, noNaN: true }), fc.boolean()), {
  minLength: 1,
});

describe('calibrationOf', () => {
  it('compares confidence and accuracy bin by bin', () => {
    // (0.5, 0.75]: two answers of 0.7, one right; (0.75, 1]: two of 0.9 and 1, both right.
    const { bins, expectedError } = calibrationOf(Int32Array.of(0, 1, 0, 0), answersOf(0.7, 0.7, 0.9, 1), 4);
    assert.deepEqual(
      bins.map(({ images }) => images),
      [0, 0, 2, 2],
    );
    assert.deepEqual(bins[0], { from: 0, to: 0.25, images: 0, confidence: null, accuracy: null });
    assert.deepEqual(bins[2]?.accuracy, 0.5);
    assert.ok(Math.abs((bins[3]?.confidence ?? NaN) - 0.95) < 1e-12);
    assert.ok(Math.abs((expectedError ?? NaN) - (0.5 * 0.2 + 0.5 * 0.05)) < 1e-12);
  });

  it('puts a probability on a border into the bin below, and every answer into one bin', () => {
    assert.deepEqual(
      calibrationOf(Int32Array.of(0, 0, 0), answersOf(0.5, 0, 1), 2).bins.map(({ images }) => images),
      [2, 1],
    );
    fc.assert(
      fc.property(cases, fc.integer({ min: 1, max: 30 }), (pairs, count) => {
        const truth = Int32Array.from(pairs, ([, right]) => (right ? 0 : 1));
        const answers = answersOf(...pairs.map(([probability]) => probability));
        const { bins, expectedError } = calibrationOf(truth, answers, count);
        assert.equal(
          bins.reduce((sum, { images }) => sum + images, 0),
          pairs.length,
        );
        for (const { from, to, confidence } of bins)
          assert.ok(confidence === null || (confidence > from - 1e-9 && confidence < to + 1e-9));
        assert.ok(expectedError !== null && expectedError >= 0 && expectedError <= 1);
      }),
    );
  });

  it('knows nothing of no image', () => {
    assert.equal(calibrationOf(new Int32Array(0), []).expectedError, null);
  });
});

describe('coverageCurve', () => {
  it('has a point for every threshold that makes a difference', () => {
    assert.deepEqual(coverageCurve(Int32Array.of(0, 1, 0, 1), answersOf(0.9, 0.6, 0.6, 0.4)), [
      { threshold: 0.9, answered: 1, coverage: 0.25, accuracy: 1 },
      { threshold: 0.6, answered: 3, coverage: 0.75, accuracy: 2 / 3 },
      { threshold: 0.4, answered: 4, coverage: 1, accuracy: 0.5 },
    ]);
    assert.deepEqual(coverageCurve(new Int32Array(0), []), []);
  });

  it('says what is given at a threshold as counting does, and where an accuracy is reached', () => {
    fc.assert(
      fc.property(cases, fc.double({ min: 0, max: 1, noNaN: true }), (pairs, wanted) => {
        const truth = Int32Array.from(pairs, ([, right]) => (right ? 0 : 1));
        const curve = coverageCurve(truth, answersOf(...pairs.map(([probability]) => probability)));
        for (const { threshold, answered, accuracy } of curve) {
          const given = pairs.filter(([probability]) => probability >= threshold);
          assert.equal(given.length, answered);
          assert.equal(given.filter(([, right]) => right).length / answered, accuracy);
        }
        assert.equal(curve.at(-1)?.coverage, 1);
        const point = rejectThreshold(curve, wanted);
        const reached = curve.filter(({ accuracy }) => accuracy >= wanted).map(({ coverage }) => coverage);
        assert.equal(point?.coverage ?? -Infinity, Math.max(...reached));
      }),
    );
  });
});

describe('topKAccuracy', () => {
  const probabilities = Float32Array.of(0.5, 0.3, 0.2, 0.2, 0.4, 0.4, 0.1, 0.1, 0.8);

  it('counts the images whose class is among the k likeliest, the first of equals first', () => {
    const truth = Int32Array.of(1, 2, 1);
    assert.deepEqual(
      [1, 2, 3].map((k) => topKAccuracy(truth, probabilities, 3, k)),
      [0, 2 / 3, 1],
    );
    assert.equal(topKAccuracy(new Int32Array(0), new Float32Array(0), 3, 1), null);
  });

  it('is the accuracy for k = 1', () => {
    const truth = Int32Array.of(0, 1, 0);
    const right = topAnswers(probabilities, 3).filter(({ predicted }, i) => predicted === truth[i]).length;
    assert.equal(topKAccuracy(truth, probabilities, 3, 1), right / 3);
  });
});
