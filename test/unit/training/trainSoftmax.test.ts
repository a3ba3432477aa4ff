import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isAbort } from '../../../src/base';
import {
  plainProduct,
  trainSoftmax,
  type Epoch,
  type Head,
  type SoftmaxTask,
  type TrainingSet,
} from '../../../src/training';
import { newtonSoftmax } from '../../support/newtonSoftmax';
import { clouds, logitsOf } from '../../support/softmaxProblem';

/** As near to the minimum as the numbers allow, unless a test says otherwise. */
const settings = { validation: null, l2: 0.01, maxEpochs: 200, tolerance: 1e-12 };

function train(task: Partial<SoftmaxTask> & Pick<SoftmaxTask, 'training' | 'dimension' | 'classes'>) {
  return trainSoftmax({ ...settings, ...task }, plainProduct);
}

/** Mean cross-entropy plus penalty, from the formula alone. */
function objective({ weights, bias }: Head, { values, labels }: TrainingSet, l2: number): number {
  const dimension = weights.length / bias.length;
  const losses = logitsOf({ weights, bias }, values).map(
    (logits, row) =>
      Math.log(logits.reduce((sum, z) => sum + Math.exp(z), 0)) - (logits[labels[row] ?? 0] ?? NaN),
  );
  // The penalty is on V = sqrt(D) W.
  const norm = weights.reduce((sum, weight) => sum + dimension * weight ** 2, 0);
  return losses.reduce((sum, loss) => sum + loss, 0) / labels.length + (l2 / 2) * norm;
}

function near(actual: Iterable<number>, expected: Iterable<number>, tolerance: number): void {
  const wanted = [...expected];
  const found = [...actual];
  assert.equal(found.length, wanted.length);
  const worst = found.reduce((most, value, i) => Math.max(most, Math.abs(value - (wanted[i] ?? NaN))), 0);
  assert.ok(worst <= tolerance, `differs by ${worst}`);
}

function reordered({ values, labels }: TrainingSet, order: readonly number[]): TrainingSet {
  const dimension = values.length / labels.length;
  return {
    values: Float32Array.from(
      order.flatMap((row) => [...values.subarray(row * dimension, (row + 1) * dimension)]),
    ),
    labels: Int32Array.from(order, (row) => labels[row] ?? 0),
  };
}

describe('trainSoftmax', () => {
  for (const [form, n, dimension, spread] of [
    ['the form on weights', 60, 3, 2],
    ['the form on images', 12, 20, 2],
    ['one value an image', 30, 1, 3],
  ] as const) {
    describe(form, () => {
      const classes = 3;
      const training = clouds(n, dimension, classes, 7, spread);

      it("finds the minimum that Newton's method finds", async () => {
        const l2 = 0.05;
        const reference = newtonSoftmax(training, dimension, classes, l2);
        const { head } = await train({ training, dimension, classes, l2 });
        const unit = Math.sqrt(dimension);
        near(
          head.weights.map((weight) => weight * unit),
          reference.slice(0, dimension * classes),
          2e-3,
        );
        near(head.bias, reference.slice(dimension * classes), 2e-3);
        const best = {
          weights: Float32Array.from(reference.slice(0, dimension * classes), (v) => v / unit),
          bias: Float32Array.from(reference.slice(dimension * classes)),
        };
        near([objective(head, training, l2)], [objective(best, training, l2)], 1e-6);
      });

      it('ends where the numeric gradient of the formula vanishes', async () => {
        const { head } = await train({ training, dimension, classes });
        const parameters = [...head.weights, ...head.bias];
        const at = (list: readonly number[]): number =>
          objective(
            {
              weights: Float32Array.from(list.slice(0, dimension * classes)),
              bias: Float32Array.from(list.slice(dimension * classes)),
            },
            training,
            settings.l2,
          );
        parameters.forEach((_, i) => {
          const moved = (by: number) => at(parameters.map((p, j) => (i === j ? p + by : p)));
          const slope = (moved(0.01) - moved(-0.01)) / 0.02;
          assert.ok(Math.abs(slope) < 1e-3, `slope ${slope} along parameter ${i}`);
        });
      });

      it('gives the same head for the images in another order', async () => {
        const { head } = await train({ training, dimension, classes });
        const order = Array.from({ length: n }, (_, i) => (i * 7 + 3) % n);
        assert.equal(new Set(order).size, n);
        const other = await train({ training: reordered(training, order), dimension, classes });
        near(other.head.weights, head.weights, 1e-6);
        near(other.head.bias, head.bias, 1e-6);
      });

      it('counts an image of weight 3 as if it were there three times', async () => {
        const imageWeights = Float64Array.from({ length: n }, (_, i) => (i % 4 === 0 ? 3 : 1));
        const times = [...imageWeights].flatMap((weight, i) => new Array<number>(weight).fill(i));
        const weighted = await train({ training, dimension, classes, imageWeights, tolerance: 1e-7 });
        const repeated = await train({
          training: reordered(training, times),
          dimension,
          classes,
          tolerance: 1e-7,
        });
        near(weighted.head.weights, repeated.head.weights, 1e-2);
        near(weighted.head.bias, repeated.head.bias, 1e-2);
        const plain = await train({ training, dimension, classes, tolerance: 1e-7 });
        assert.ok(weighted.head.bias.some((bias, c) => Math.abs(bias - (plain.head.bias[c] ?? 0)) > 1.5e-2));
        const loss = weighted.curve.at(-1)?.training.crossEntropy ?? NaN;
        near([loss], [repeated.curve.at(-1)?.training.crossEntropy ?? NaN], 1e-4);
      });
    });
  }

  it('refuses weights that are not one an image', async () => {
    const training = clouds(6, 2, 2, 1);
    const task = { training, dimension: 2, classes: 2, imageWeights: new Float64Array(5).fill(1) };
    await assert.rejects(train(task), RangeError);
  });

  it('gives the same head by weights and by images: empty values change nothing', async () => {
    const [n, dimension, classes, wide] = [24, 10, 4, 40];
    const training = clouds(n, dimension, classes, 3);
    const padded = new Float32Array(n * wide);
    training.values.forEach((value, i) => {
      // A value counts divided by sqrt(D), here twice as large.
      padded[Math.floor(i / dimension) * wide + (i % dimension)] = value * 2;
    });
    const onWeights = await train({ training, dimension, classes });
    const onImages = await train({
      training: { values: padded, labels: training.labels },
      dimension: wide,
      classes,
    });
    near(logitsOf(onImages.head, padded).flat(), logitsOf(onWeights.head, training.values).flat(), 1e-4);
    const losses = (curve: readonly Epoch[]) => curve.map(({ training: { crossEntropy } }) => crossEntropy);
    near(losses(onImages.curve), losses(onWeights.curve), 1e-5);
  });

  it('gives the same numbers again, bit for bit', async () => {
    const task = {
      training: clouds(40, 60, 3, 1),
      validation: clouds(12, 60, 3, 1),
      dimension: 60,
      classes: 3,
    };
    assert.deepEqual(await train(task), await train(task));
  });

  it('begins with every class as likely and reports every epoch of the curve', async () => {
    const reported: Epoch[] = [];
    const task = {
      ...settings,
      training: clouds(20, 5, 4, 1),
      validation: clouds(8, 5, 4, 2),
      dimension: 5,
      classes: 4,
    };
    const { curve } = await trainSoftmax(task, plainProduct, { report: (epoch) => reported.push(epoch) });
    assert.deepEqual(reported, curve);
    assert.deepEqual(
      curve.map(({ epoch }) => epoch),
      curve.map((_, i) => i),
    );
    const [first] = curve;
    near(
      [first?.training.crossEntropy ?? NaN, first?.validation?.crossEntropy ?? NaN],
      [Math.log(4), Math.log(4)],
      1e-12,
    );
    assert.equal(first?.training.accuracy, 0.25);
  });

  it('never lets the training loss rise where there is no penalty', async () => {
    const { curve } = await train({ training: clouds(50, 4, 3, 5, 3), dimension: 4, classes: 3, l2: 0 });
    assert.ok(curve.length > 5);
    curve.slice(1).forEach(({ training }, i) => {
      assert.ok(training.crossEntropy <= (curve[i]?.training.crossEntropy ?? NaN) + 1e-12);
    });
  });

  it('returns the head of the epoch with the highest accuracy on validation, of equals the last', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 1e6 }),
        fc.constantFrom(4, 40),
        fc.integer({ min: 1, max: 15 }),
        async (seed, dimension, images) => {
          const all = clouds(30 + images, dimension, 3, seed, 4);
          const rows = Array.from({ length: 30 + images }, (_, i) => i);
          const training = reordered(all, rows.slice(0, 30));
          const validation = reordered(all, rows.slice(30));
          const { head, curve, bestEpoch } = await train({
            training,
            validation,
            dimension,
            classes: 3,
            l2: 1e-4,
          });
          const highest = Math.max(...curve.map((epoch) => epoch.validation?.accuracy ?? NaN));
          const best = curve.findLast((epoch) => epoch.validation?.accuracy === highest);
          assert.equal(bestEpoch, best?.epoch);
          const right = logitsOf(head, validation.values).filter(
            (logits, row) => logits.indexOf(Math.max(...logits)) === validation.labels[row],
          );
          assert.equal(right.length / images, curve[bestEpoch]?.validation?.accuracy);
          near(
            [objective(head, validation, 0)],
            [curve[bestEpoch]?.validation?.crossEntropy ?? NaN],
            1e-4 * (1 + (curve[bestEpoch]?.validation?.crossEntropy ?? 0)),
          );
        },
      ),
      { numRuns: 20, seed: 4 },
    );
  });

  for (const [words, validation] of [
    ['without validation', null],
    ['with an empty validation', { values: new Float32Array(0), labels: new Int32Array(0) }],
  ] as const)
    it(`returns the last epoch ${words}`, async () => {
      const { curve, bestEpoch } = await train({
        training: clouds(20, 5, 2, 1),
        validation,
        dimension: 5,
        classes: 2,
      });
      assert.equal(bestEpoch, curve.length - 1);
      assert.ok(curve.every((epoch) => epoch.validation === null));
    });

  it('ends near the minimum by itself: nearer, and later, the smaller the tolerance', async () => {
    const training = clouds(80, 200, 4, 6, 3);
    const task = { training, dimension: 200, classes: 4, l2: 1e-4 };
    const lowest = objective((await train(task)).head, training, task.l2);
    const ends = await Promise.all(
      [1e-2, 1e-4, 1e-6].map(async (tolerance) => {
        const { head, curve } = await train({ ...task, tolerance });
        return { tolerance, above: objective(head, training, task.l2) - lowest, epochs: curve.length };
      }),
    );
    for (const { tolerance, above } of ends)
      assert.ok(above < 10 * tolerance * lowest + 1e-6, `${above} above the minimum for ${tolerance}`);
    const epochs = ends.map((end) => end.epochs);
    assert.deepEqual(
      epochs,
      [...epochs].sort((a, b) => a - b),
    );
    assert.ok((epochs.at(-1) ?? Infinity) < settings.maxEpochs);
  });

  it('does not mind what all images have in common', async () => {
    const training = clouds(40, 60, 3, 8, 2);
    const task = { dimension: 60, classes: 3 };
    const shifted = { values: training.values.map((v, i) => v + (i % 60) / 4), labels: training.labels };
    const [plain, moved] = [await train({ ...task, training }), await train({ ...task, training: shifted })];
    near(moved.head.weights, plain.head.weights, 1e-4);
    near(logitsOf(moved.head, shifted.values).flat(), logitsOf(plain.head, training.values).flat(), 1e-2);
  });

  it('trains no longer than it may', async () => {
    const task = { training: clouds(40, 8, 3, 1, 3), dimension: 8, classes: 3 };
    assert.equal((await train({ ...task, maxEpochs: 3 })).curve.length, 4);
    const untrained = await train({ ...task, maxEpochs: 0 });
    assert.equal(untrained.curve.length, 1);
    assert.ok(untrained.head.weights.every((weight) => weight === 0));
  });

  it('permutes the head with the classes', async () => {
    const training = clouds(30, 50, 3, 9);
    const renamed = { values: training.values, labels: training.labels.map((label) => (label + 1) % 3) };
    const [head, other] = [
      (await train({ training, dimension: 50, classes: 3 })).head,
      (await train({ training: renamed, dimension: 50, classes: 3 })).head,
    ];
    near(
      other.weights,
      head.weights.map((_, i) => head.weights[i - (i % 3) + ((i + 2 - (i - (i % 3))) % 3)] ?? NaN),
      1e-6,
    );
  });

  it('stays finite with one image, a class without any, images all alike, and numbers far apart', async () => {
    const odd: readonly [TrainingSet, number, number][] = [
      [{ values: Float32Array.of(1, 2), labels: Int32Array.of(0) }, 2, 2],
      [clouds(12, 4, 2, 1), 4, 3],
      [{ values: new Float32Array(24).fill(1), labels: Int32Array.of(0, 1, 0, 1) }, 6, 2],
      [{ values: Float32Array.of(1e6, -1e6, 1e-6, 3), labels: Int32Array.of(0, 1, 0, 1) }, 1, 2],
    ];
    for (const [training, dimension, classes] of odd) {
      const { head, curve } = await train({ training, dimension, classes, validation: training, l2: 1e-5 });
      assert.ok([...head.weights, ...head.bias].every(Number.isFinite));
      assert.ok(curve.every((epoch) => Number.isFinite(epoch.training.crossEntropy)));
    }
  });

  it('ends at the epoch in which it is aborted', async () => {
    const abort = new AbortController();
    const seen: number[] = [];
    const report = ({ epoch }: Epoch): void => {
      seen.push(epoch);
      if (epoch === 3) abort.abort();
    };
    const task = { ...settings, training: clouds(60, 8, 3, 1, 3), dimension: 8, classes: 3 };
    await assert.rejects(trainSoftmax(task, plainProduct, { signal: abort.signal, report }), isAbort);
    assert.deepEqual(seen, [0, 1, 2, 3]);
  });

  it('lets the event loop run between epochs, so that an abort from outside arrives', async () => {
    const abort = new AbortController();
    const seen: number[] = [];
    setImmediate(() => abort.abort());
    const task = { ...settings, training: clouds(60, 8, 3, 1, 3), dimension: 8, classes: 3 };
    const report = ({ epoch }: Epoch): void => void seen.push(epoch);
    await assert.rejects(trainSoftmax(task, plainProduct, { signal: abort.signal, report }), isAbort);
    assert.ok(seen.length <= 3, `${seen.length} epochs after the abort was due`);
  });

  it('refuses what is not whole rows of known classes', async () => {
    const training = clouds(6, 4, 2, 1);
    await assert.rejects(train({ training, dimension: 5, classes: 2 }), /24 values are not 6 rows of 5/);
    await assert.rejects(train({ training, dimension: 4, classes: 1 }), /not one of the 1 classes/);
    const none = { values: new Float32Array(0), labels: new Int32Array(0) };
    await assert.rejects(train({ training: none, dimension: 4, classes: 2 }), /no image to train on/);
  });
});
