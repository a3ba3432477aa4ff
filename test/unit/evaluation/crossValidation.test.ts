import assert from 'node:assert/strict';
import fc from 'fast-check';
import { crossValidate, wilson } from '../../../src/evaluation';
import { stratifiedFolds } from '../../../src/evaluation/crossValidation';
import { studentQuantile } from '../../../src/evaluation/student';
import type { TrainingSet } from '../../../src/training';

const labelsOf = fc
  .array(fc.nat(3), { minLength: 2, maxLength: 60 })
  .map((labels) => Int32Array.from(labels));

/** The value of an image is its number, so that a trainer sees which images it was given. */
function numbered(labels: Int32Array): TrainingSet {
  return { labels, values: Float32Array.from(labels.keys()) };
}

describe('stratifiedFolds', () => {
  it('deals out every class and all images evenly', () => {
    fc.assert(
      fc.property(labelsOf, fc.integer({ min: 2, max: 10 }), fc.nat(), (labels, folds, seed) => {
        const foldOf = stratifiedFolds(labels, 4, folds, seed);
        const even = (rows: number[]): void => {
          const counts = Array.from(
            { length: folds },
            (_, f) => rows.filter((row) => foldOf[row] === f).length,
          );
          assert.ok(Math.max(...counts) - Math.min(...counts) <= 1);
        };
        even([...labels.keys()]);
        for (let c = 0; c < 4; c++) even([...labels.keys()].filter((row) => labels[row] === c));
        assert.deepEqual(stratifiedFolds(labels, 4, folds, seed), foldOf);
      }),
    );
  });

  it('keeps what belongs together in one fold', () => {
    fc.assert(
      fc.property(labelsOf, fc.integer({ min: 2, max: 10 }), fc.nat(), (labels, folds, seed) => {
        const groups = Array.from(labels, (_, row) => `group ${row >> 1}`);
        const foldOf = stratifiedFolds(labels, 4, folds, seed, groups);
        const byGroup = new Map(groups.map((group, row) => [group, foldOf[row]]));
        groups.forEach((group, row) => assert.equal(foldOf[row], byGroup.get(group)));
      }),
    );
  });
});

describe('crossValidate', () => {
  it('has every image answered once a repeat, by a head that was trained on the other folds', async () => {
    await fc.assert(
      fc.asyncProperty(labelsOf, fc.integer({ min: 1, max: 3 }), async (labels, repeats) => {
        const folds = Math.min(labels.length, 5);
        const { logits, accuracies, mean } = await crossValidate(
          { set: numbered(labels), classes: 4, folds, repeats, seed: 7 },
          async (training, values, n) => {
            assert.equal(training.labels.length + n, labels.length);
            assert.equal(new Set([...training.values, ...values]).size, labels.length);
            training.values.forEach((row, i) => assert.equal(training.labels[i], labels[row]));
            // Says the image's own number, and is right for even ones.
            return Float32Array.from(
              [...values].flatMap((row) => {
                const own = labels[row] ?? 0;
                const answer = row % 2 === 0 ? own : (own + 1) % 4;
                return [0, 1, 2, 3].map((c) => (c === answer ? row + 1 : 0));
              }),
            );
          },
        );
        assert.equal(logits.length, repeats);
        for (const each of logits)
          labels.forEach((_, row) => assert.equal(Math.max(...each.subarray(row * 4, row * 4 + 4)), row + 1));
        assert.equal(accuracies.length, folds * repeats);
        assert.ok(Math.abs(mean - accuracies.reduce((a, b) => a + b) / accuracies.length) < 1e-12);
      }),
      { numRuns: 50 },
    );
  });

  it('gives the corrected interval of the mean', async () => {
    const labels = new Int32Array(10);
    // Two folds of five; 3 and 5 right.
    let call = 0;
    const { interval, mean } = await crossValidate(
      { set: numbered(labels), classes: 2, folds: 2, repeats: 1, seed: 1 },
      async (_, __, n) => {
        const right = call++ === 0 ? 3 : n;
        return Float32Array.from({ length: 2 * n }, (_, i) =>
          (i % 2 === 0) === Math.floor(i / 2) < right ? 1 : 0,
        );
      },
    );
    assert.equal(mean, 0.8);
    const half = studentQuantile(1) * Math.sqrt((1 / 2 + 1) * 0.08);
    assert.deepEqual(interval, { low: Math.max(0, 0.8 - half), high: 1 });
  });

  it('gives the interval over the images where all folds agree', async () => {
    const { interval } = await crossValidate(
      { set: numbered(new Int32Array(10)), classes: 2, folds: 5, repeats: 2, seed: 1 },
      async (_, __, n) => Float32Array.from({ length: 2 * n }, (_, i) => 1 - (i % 2)),
    );
    assert.deepEqual(interval, wilson(10, 10));
  });

  it('reports, ends once aborted, and refuses folds without an image', async () => {
    const task = { set: numbered(new Int32Array(4)), classes: 2, folds: 2, repeats: 1, seed: 1 };
    const train = async (_: TrainingSet, __: Float32Array, n: number) => new Float32Array(2 * n);
    const seen: number[] = [];
    await crossValidate(task, train, { report: ({ done }) => seen.push(done) });
    assert.deepEqual(seen, [1, 2]);
    await assert.rejects(crossValidate(task, train, { signal: AbortSignal.abort() }), { name: 'AbortError' });
    await assert.rejects(crossValidate({ ...task, folds: 5 }, train), /cannot be dealt out/);
    await assert.rejects(crossValidate({ ...task, folds: 1 }, train), /cannot be dealt out/);
  });
});

describe('studentQuantile', () => {
  it('is what the tables say', () => {
    const table = {
      1: 12.7062,
      2: 4.3027,
      3: 3.1824,
      4: 2.7764,
      5: 2.5706,
      9: 2.2622,
      14: 2.1448,
      29: 2.0452,
      99: 1.9842,
    };
    for (const [freedom, expected] of Object.entries(table))
      assert.ok(Math.abs(studentQuantile(Number(freedom)) / expected - 1) < 0.005, freedom);
  });
});
