import assert from 'node:assert/strict';
import { setImmediate as soon } from 'node:timers';
import fc from 'fast-check';
import {
  countWrong,
  orderBetween,
  permuteRows,
  sizesUpTo,
  usualDealing,
} from '../../../src/jobs/learningSizes';
import { plainProduct, type TrainedHead } from '../../../src/training';

describe('the sizes of a learning curve', () => {
  it('ascend from a tenth to all, and hold every class', () => {
    assert.deepEqual(sizesUpTo(160, 5), [16, 23, 34, 51, 74, 109, 160]);
    assert.deepEqual(sizesUpTo(3, 2), [2, 3]);
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 5000 }), fc.integer({ min: 2, max: 300 }), (all, classes) => {
        const sizes = sizesUpTo(Math.max(all, classes), classes);
        assert.equal(sizes.at(-1), Math.max(all, classes));
        assert.deepEqual(
          [...new Set(sizes)].sort((a, b) => a - b),
          sizes,
        );
        assert.ok(sizes.every((n) => n >= classes));
      }),
    );
  });

  it('permutes rows in place, each with its label and values', () => {
    const order = fc.integer({ min: 1, max: 20 }).chain((n) =>
      fc.shuffledSubarray(
        Array.from({ length: n }, (_, i) => i),
        { minLength: n, maxLength: n },
      ),
    );
    fc.assert(
      fc.property(order, (given) => {
        const values = Float32Array.from({ length: given.length * 3 }, (_, i) => i);
        const labels = Int32Array.from(given, (_, i) => 100 + i);
        permuteRows({ values, labels }, Int32Array.from(given), 3);
        assert.deepEqual(
          [...labels],
          given.map((row) => 100 + row),
        );
        assert.deepEqual(
          [...values],
          given.flatMap((row) => [3 * row, 3 * row + 1, 3 * row + 2]),
        );
      }),
    );
  });

  it('brings rows from one order to another', () => {
    const two = fc.integer({ min: 1, max: 20 }).chain((n) => {
      const rows = Array.from({ length: n }, (_, i) => i);
      const order = fc.shuffledSubarray(rows, { minLength: n, maxLength: n });
      return fc.tuple(order, order);
    });
    fc.assert(
      fc.property(two, ([from, to]) => {
        const [values, labels] = [Float32Array.from(from), Int32Array.from(from)];
        permuteRows({ values, labels }, orderBetween(from, to), 1);
        assert.deepEqual([[...values], [...labels]], [to, to]);
      }),
    );
  });

  it('are trained at more often where photos are few, and cost what they did where they are many', () => {
    assert.deepEqual(usualDealing(60, 'ridge'), { folds: 10, repeats: 3 });
    assert.deepEqual(usualDealing(3, 'ridge'), { folds: 3, repeats: 3 });
    assert.deepEqual(usualDealing(200, 'softmax'), { folds: 5, repeats: 2 });
    assert.deepEqual(usualDealing(200, 'hidden'), { folds: 5, repeats: 1 });
    assert.deepEqual(usualDealing(2936, 'ridge'), { folds: 4, repeats: 1 });
  });

  const identity = new Float32Array([1, 0, 0, 1]);
  const { signal } = new AbortController();
  const heads: readonly TrainedHead[] = [
    { kind: 'linear', head: { weights: identity, bias: new Float32Array([0, 0.5]) } },
    {
      kind: 'hidden',
      hidden: { weights: identity, bias: new Float32Array(2) },
      output: { weights: identity, bias: new Float32Array([0, 0.5]) },
    },
    {
      kind: 'neighbours',
      neighbours: {
        units: new Float32Array([1, 0, 0.5, 0.866]),
        labels: Int32Array.from([0, 1]),
        classes: 2,
        k: 1,
        temperature: 1,
        scaling: null,
      },
    },
  ];
  for (const head of heads)
    it(`counts what a ${head.kind} head names wrongly`, async () => {
      const set = { values: new Float32Array([2, 1, 1, 2, 1, 0.75]), labels: Int32Array.from([0, 0, 1]) };
      assert.deepEqual([...(await countWrong(head, set, plainProduct, signal))], [0, 1, 0]);
    });

  it('stops between two parts of the images where it is aborted meanwhile', async () => {
    const dimension = 2 ** 18;
    const head = { weights: new Float32Array(2 * dimension), bias: new Float32Array(2) };
    const set = { values: new Float32Array(65 * dimension), labels: new Int32Array(65) };
    const controller = new AbortController();
    const counted = countWrong({ kind: 'linear', head }, set, plainProduct, controller.signal);
    soon(() => controller.abort());
    await assert.rejects(counted, { name: 'AbortError' });
  });
});
