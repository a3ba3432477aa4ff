import assert from 'node:assert/strict';
import fc from 'fast-check';
import { accuracyOf, classMetrics, confusionMatrix, wilson } from '../../../src/evaluation';

const answers = fc.integer({ min: 1, max: 6 }).chain((classes) =>
  fc.record({
    classes: fc.constant(classes),
    pairs: fc.array(fc.tuple(fc.nat(classes - 1), fc.nat(classes - 1)), { maxLength: 60 }),
    order: fc.shuffledSubarray([...Array(classes).keys()], { minLength: classes }),
  }),
);

function matrixOf(pairs: readonly (readonly [number, number])[], classes: number): number[][] {
  return confusionMatrix(
    Int32Array.from(pairs, ([truth]) => truth),
    Int32Array.from(pairs, ([, predicted]) => predicted),
    classes,
  );
}

describe('confusionMatrix', () => {
  it('counts by truth, then by answer', () => {
    const confusion = matrixOf(
      [
        [0, 0],
        [0, 1],
        [0, 1],
        [1, 1],
        [2, 0],
      ],
      3,
    );
    assert.deepEqual(confusion, [
      [1, 2, 0],
      [0, 1, 0],
      [1, 0, 0],
    ]);
  });

  it('has rows that sum to the images of each class', () => {
    fc.assert(
      fc.property(answers, ({ classes, pairs }) => {
        matrixOf(pairs, classes).forEach((row, label) => {
          const images = pairs.filter(([truth]) => truth === label).length;
          assert.equal(
            row.reduce((sum, count) => sum + count, 0),
            images,
          );
        });
      }),
    );
  });

  it('refuses classes that are not there and lists of different length', () => {
    assert.throws(() => matrixOf([[0, 2]], 2), /Class 0 taken for 2, of 2 classes/);
    assert.throws(() => matrixOf([[-1, 0]], 2), /Class -1/);
    assert.throws(
      () => confusionMatrix(Int32Array.of(0), new Int32Array(0), 2),
      /1 true classes, 0 predicted/,
    );
  });
});

describe('accuracyOf', () => {
  it('is the share on the diagonal, with its interval', () => {
    assert.deepEqual(
      accuracyOf([
        [3, 1],
        [0, 4],
      ]),
      { n: 8, accuracy: 7 / 8, interval: wilson(7, 8) },
    );
  });

  it('is null of no answer', () => {
    assert.deepEqual(
      accuracyOf([
        [0, 0],
        [0, 0],
      ]),
      { n: 0, accuracy: null, interval: null },
    );
  });
});

describe('classMetrics', () => {
  it('agrees with values worked out by hand', () => {
    const confusion = [
      [8, 2, 0],
      [1, 4, 0],
      [3, 0, 0],
    ];
    assert.deepEqual(classMetrics(confusion, ['a', '__proto__', 'c']), [
      { label: 'a', images: 10, precision: 8 / 12, recall: 8 / 10, f1: 16 / 22 },
      { label: '__proto__', images: 5, precision: 4 / 6, recall: 4 / 5, f1: 8 / 11 },
      { label: 'c', images: 3, precision: null, recall: 0, f1: 0 },
    ]);
  });

  it('leaves open what would divide by zero', () => {
    const [never, wronglySaid] = classMetrics(
      [
        [0, 0, 0],
        [0, 0, 0],
        [0, 1, 0],
      ],
      ['a', 'b', 'c'],
    );
    assert.deepEqual(never, { label: 'a', images: 0, precision: null, recall: null, f1: null });
    assert.deepEqual(wronglySaid, { label: 'b', images: 0, precision: 0, recall: null, f1: 0 });
  });

  it('has F1 as the harmonic mean of precision and recall, within [0, 1]', () => {
    fc.assert(
      fc.property(answers, ({ classes, pairs }) => {
        for (const { precision, recall, f1 } of classMetrics(
          matrixOf(pairs, classes),
          Array(classes).fill('x'),
        )) {
          for (const share of [precision, recall, f1])
            assert.ok(share === null || (share >= 0 && share <= 1));
          if (precision && recall)
            assert.ok(Math.abs((f1 ?? NaN) - (2 * precision * recall) / (precision + recall)) < 1e-12);
        }
      }),
    );
  });

  it('permutes with the classes, as matrix and accuracy do', () => {
    fc.assert(
      fc.property(answers, ({ classes, pairs, order }) => {
        const labels = order.map((_, i) => `class ${i}`);
        const moved = pairs.map(([t, p]): [number, number] => [order[t] ?? -1, order[p] ?? -1]);
        const confusion = matrixOf(pairs, classes);
        const permuted = matrixOf(moved, classes);
        confusion.forEach((row, t) =>
          row.forEach((count, p) => assert.equal(permuted[order[t] ?? -1]?.[order[p] ?? -1], count)),
        );
        assert.deepEqual(accuracyOf(permuted), accuracyOf(confusion));
        const metrics = classMetrics(permuted, labels);
        classMetrics(confusion, labels).forEach(({ precision, recall, f1, images }, i) => {
          const same = metrics[order[i] ?? -1];
          assert.deepEqual(same, { label: same?.label, images, precision, recall, f1 });
        });
      }),
    );
  });
});
