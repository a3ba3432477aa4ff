import assert from 'node:assert/strict';
import { isAbort } from '../../../src/base';
import {
  plainProduct,
  retrainPyDefaults,
  trainRetrainPy,
  type RetrainPyOptimizer,
  type RetrainPyTask,
} from '../../../src/training';
import { retrainPyReference } from '../../support/retrainPyReference';
import { clouds } from '../../support/softmaxProblem';

const classes = 3;

function taskOf(n: number, dimension: number, optimizer: Partial<RetrainPyOptimizer> = {}): RetrainPyTask {
  const all = clouds(n + 30, dimension, classes, 7, 1.5);
  const part = (from: number, to?: number) => ({
    values: all.values.subarray(from * dimension, to === undefined ? undefined : to * dimension),
    labels: all.labels.subarray(from, to),
  });
  const small = { steps: 47, evalStepInterval: 5, trainBatchSize: 20, validationBatchSize: 12 };
  return {
    training: part(0, n),
    validation: part(n),
    dimension,
    classes,
    seed: 11,
    optimizer: { ...retrainPyDefaults, learningRate: 0.05, ...small, ...optimizer },
  };
}

const train = (task: RetrainPyTask) => trainRetrainPy(task, plainProduct);

function near(actual: Iterable<number>, expected: Iterable<number>, tolerance: number): void {
  const wanted = [...expected];
  const found = [...actual];
  assert.equal(found.length, wanted.length);
  const worst = found.reduce((most, value, i) => Math.max(most, Math.abs(value - (wanted[i] ?? NaN))), 0);
  assert.ok(worst <= tolerance, `differs by ${worst}`);
}

describe('trainRetrainPy', () => {
  for (const [form, n, dimension] of [
    ['the form on weights', 60, 8],
    ['the form on images', 24, 40],
  ] as const)
    for (const [batches, optimizer] of [
      ['drawn batches', {}],
      ['the whole side', { trainBatchSize: -1, validationBatchSize: -1 }],
    ] as const)
      it(`trains as the formulas say, ${form}, ${batches}`, async () => {
        const task = taskOf(n, dimension, { ...optimizer, keep: 'last' });
        const expected = retrainPyReference(task);
        const { head, curve, bestEpoch } = await train(task);
        near(head.weights, expected.weights.flat(), 2e-6);
        near(head.bias, expected.bias, 2e-6);
        assert.equal(bestEpoch, 46);
        assert.deepEqual(
          curve.map(({ epoch }) => epoch),
          [0, 5, 10, 15, 20, 25, 30, 35, 40, 45, 46],
        );
        assert.deepEqual(
          curve.map(({ epoch }) => epoch),
          expected.curve.map(({ step }) => step),
        );
        for (const side of ['training', 'validation'] as const)
          for (const measure of ['accuracy', 'crossEntropy'] as const)
            near(
              curve.map((epoch) => epoch[side]?.[measure] ?? NaN),
              expected.curve.map((epoch) => epoch[side]?.[measure] ?? NaN),
              1e-5,
            );
      });

  it('keeps the best step by validation, of equals the last, where retrain.py keeps the last of all', async () => {
    // so fast that it jumps about
    const task = taskOf(60, 8, { learningRate: 4, evalStepInterval: 1 });
    const { head, curve, bestEpoch } = await train(task);
    const accuracies = curve.map(({ validation }) => validation?.accuracy ?? NaN);
    assert.equal(bestEpoch, accuracies.lastIndexOf(Math.max(...accuracies)));
    assert.ok(bestEpoch < 46, 'the last step is the best by chance: the test shows nothing');
    const upToBest = await train({ ...task, optimizer: { ...task.optimizer, steps: bestEpoch + 1 } });
    assert.deepEqual(head, upToBest.head);
    const last = await train({ ...task, optimizer: { ...task.optimizer, keep: 'last' } });
    assert.equal(last.bestEpoch, 46);
    assert.notDeepEqual(last.head, head);
  });

  it('gives the same numbers for the same seed, and others for another', async () => {
    const task = taskOf(24, 40);
    assert.deepEqual(await train(task), await train(task));
    assert.notDeepEqual(await train({ ...task, seed: 12 }), await train(task));
  });

  it('trains where a class has no validation image, and where none has', async () => {
    const task = taskOf(24, 40);
    const one = { values: task.training.values.subarray(0, 40), labels: task.training.labels.subarray(0, 1) };
    const lacking = await train({ ...task, validation: one });
    assert.ok(lacking.curve.every(({ validation }) => validation !== null));
    const without = await train({ ...task, validation: null });
    assert.ok(without.curve.every(({ validation }) => validation === null));
    assert.equal(without.bestEpoch, 46);
  });

  it('draws every class as often, however few images it has', async () => {
    const dimension = 4;
    const labels = Int32Array.from({ length: 100 }, (_, row) => (row < 98 ? 0 : row - 97));
    const values = new Float32Array(100 * dimension).fill(0);
    // nothing but the bias can learn: it ends where the classes are as likely as they were drawn
    const { head } = await train({
      ...taskOf(24, dimension, { steps: 4000, trainBatchSize: 100, learningRate: 0.01, keep: 'last' }),
      training: { values, labels },
      validation: null,
      dimension,
    });
    near(head.bias, [0, 0, 0], 0.05);
  });

  it('stops between two steps when aborted', async () => {
    const controller = new AbortController();
    const report = () => controller.abort();
    await assert.rejects(
      trainRetrainPy(taskOf(24, 40), plainProduct, { signal: controller.signal, report }),
      isAbort,
    );
  });

  it('says that it ran away where the learning rate is far too high, in both forms', async () => {
    for (const [n, dimension] of [
      [60, 8],
      [24, 40],
    ] as const)
      for (const learningRate of [1e39, 1e200, 1e308])
        await assert.rejects(train(taskOf(n, dimension, { learningRate })), { code: 'TRAINING_DIVERGED' });
  });

  it('refuses shapes that disagree', async () => {
    const task = taskOf(24, 40);
    await assert.rejects(train({ ...task, dimension: 39 }), RangeError);
    await assert.rejects(train({ ...task, classes: 2 }), RangeError);
  });
});
