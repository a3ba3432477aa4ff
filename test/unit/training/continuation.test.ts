import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  fold,
  plainProduct,
  retrainPyDefaults,
  steppedDefaults,
  trainByGradient,
  trainRetrainPy,
  trainSoftmax,
  trainStepped,
  unfold,
  withoutState,
  type Continuation,
  type GradientContinuation,
  type GradientTask,
  type GradientTrained,
  type SteppedOptimizer,
  type SteppedTrained,
  type Trained,
  type TrainingOptions,
} from '../../../src/training';
import { clouds, logitsOf } from '../../support/softmaxProblem';

const [dimension, classes] = [12, 3];
const all = clouds(90, dimension, classes, 3, 2.5);
const part = (from: number, to: number) => ({
  values: all.values.subarray(from * dimension, to * dimension),
  labels: all.labels.subarray(from, to),
});
const task = { training: part(0, 60), validation: part(60, 90), dimension, classes };
const stepped = (kind: SteppedOptimizer['kind'], change: Partial<SteppedOptimizer> = {}) => ({
  ...task,
  seed: 5,
  optimizer: { ...steppedDefaults[kind], trainBatchSize: 20, evalStepInterval: 4, ...change },
});

type Outcome = Trained | SteppedTrained;

const continuationOf = (outcome: Outcome): Continuation => {
  const { curve, bestEpoch, head } = outcome;
  if ('last' in outcome) return { curve, bestEpoch, best: head, last: outcome.last };
  const [layer] = outcome.state.layers;
  const last = { ...layer, weights: layer.weights.map((weight) => weight / Math.sqrt(dimension)) };
  return { curve, bestEpoch, best: head, last };
};

const stateOf = ({ curve, state }: Pick<GradientTrained, 'curve' | 'state'>): GradientContinuation => ({
  curve: curve.slice(0, state.measured),
  state,
});

const steppedFrom = (outcome: Outcome | undefined) =>
  outcome && 'state' in outcome ? stateOf(outcome) : undefined;

/** Each way of training, to a limit of epochs or steps. */
const ways: Readonly<
  Record<string, (limit: number, former?: Outcome, options?: TrainingOptions) => Promise<Outcome>>
> = {
  'l-bfgs': (maxEpochs, former, options) =>
    trainSoftmax(
      { ...task, l2: 1e-4, maxEpochs, from: former && continuationOf(former) },
      plainProduct,
      options,
    ),
  adam: (steps, former, options) =>
    trainStepped({ ...stepped('adam', { steps }), from: steppedFrom(former) }, plainProduct, options),
  sgd: (steps, former, options) =>
    trainStepped({ ...stepped('sgd', { steps }), from: steppedFrom(former) }, plainProduct, options),
  'adam, its state lost': (steps, former, options) =>
    trainStepped(
      { ...stepped('adam', { steps }), from: former && withoutState(continuationOf(former)) },
      plainProduct,
      options,
    ),
  'retrain.py': (steps, former, options) =>
    trainRetrainPy(
      {
        ...task,
        seed: 5,
        optimizer: { ...retrainPyDefaults, steps, validationBatchSize: -1 },
        from: former && continuationOf(former),
      },
      plainProduct,
      options,
    ),
};

for (const [name, train] of Object.entries(ways))
  describe(`a training by ${name}`, () => {
    it('ends after the iteration under way when stopped, with the best head so far', async () => {
      const stop = new AbortController();
      let reported = 0;
      const stopped = await train(100_000, undefined, {
        stop: stop.signal,
        report: () => {
          if (++reported === 4) stop.abort();
        },
      });
      assert.equal(stopped.ended, 'stopped');
      assert.ok(stopped.curve.length === 4 || stopped.curve.length === 5, String(stopped.curve.length));
      const unstopped = await train((stopped.curve.at(-1)?.epoch ?? 0) + (name === 'l-bfgs' ? 0 : 1));
      assert.deepEqual(stopped.head, unstopped.head);
      assert.deepEqual(stopped.curve, unstopped.curve);
      assert.equal(unstopped.ended, 'limit');
    });

    it('makes at least one iteration before it is stopped', async () => {
      const { curve, ended } = await train(50, undefined, { stop: AbortSignal.abort() });
      assert.equal(ended, 'stopped');
      assert.ok(curve.length === (name === 'l-bfgs' ? 2 : 1));
    });

    it('goes on where it ended: the curve goes on, the loss falls on, the seed repeats it', async () => {
      const short = await train(8);
      assert.equal(short.ended, 'limit');
      const [longer, again] = [await train(30, short), await train(30, short)];
      assert.deepEqual(longer, again);
      assert.deepEqual(longer.curve.slice(0, short.curve.length), short.curve);
      const epochs = longer.curve.map(({ epoch }) => epoch);
      assert.deepEqual(
        [...epochs].sort((a, b) => a - b),
        epochs,
      );
      assert.equal(new Set(epochs).size, epochs.length);
      assert.ok(epochs.at(-1) === (name === 'l-bfgs' ? 30 : 29) || longer.ended === 'converged');
      const loss = ({ curve }: Outcome) => curve.at(-1)?.training.crossEntropy ?? NaN;
      assert.ok(loss(longer) < loss(short), `${loss(longer)} after ${loss(short)}`);
      assert.equal(longer.curve.find(({ epoch }) => epoch === longer.bestEpoch)?.epoch, longer.bestEpoch);
    });

    it('keeps the head it had where nothing better comes', async () => {
      const short = await train(8);
      const perfect = { accuracy: 1.1, crossEntropy: -1 };
      const curve = short.curve.map((epoch) =>
        epoch.epoch === short.bestEpoch ? { ...epoch, validation: perfect } : epoch,
      );
      const longer = await train(12, { ...short, curve });
      assert.equal(longer.bestEpoch, short.bestEpoch);
      assert.deepEqual(longer.head, short.head);
    });
  });

describe('trainSoftmax continued', () => {
  it('comes to the minimum that a training of one piece comes to', async () => {
    const strict = { ...task, validation: null, l2: 1e-3, maxEpochs: 500, tolerance: 1e-12 };
    const whole = await trainSoftmax(strict, plainProduct);
    const short = await trainSoftmax({ ...strict, maxEpochs: 3 }, plainProduct);
    const longer = await trainSoftmax({ ...strict, from: continuationOf(short) }, plainProduct);
    assert.equal(whole.ended, 'converged');
    assert.equal(longer.ended, 'converged');
    const [expected, found] = [logitsOf(whole.head, all.values), logitsOf(longer.head, all.values)];
    expected.forEach((row, i) =>
      row.forEach((logit, c) => {
        const difference = logit - (row[0] ?? NaN) - ((found[i]?.[c] ?? NaN) - (found[i]?.[0] ?? NaN));
        assert.ok(Math.abs(difference) < 0.02, String(difference));
      }),
    );
  });

  it('refuses a head of another shape', async () => {
    const short = continuationOf(await trainSoftmax({ ...task, l2: 1, maxEpochs: 2 }, plainProduct));
    const last = { weights: new Float32Array(5), bias: new Float32Array(3) };
    await assert.rejects(
      trainSoftmax({ ...task, l2: 1, maxEpochs: 9, from: { ...short, last } }, plainProduct),
      RangeError,
    );
    await assert.rejects(
      trainStepped({ ...stepped('adam'), from: withoutState({ ...short, last }) }, plainProduct),
      RangeError,
    );
  });
});

describe('a training by gradient', () => {
  const gradient = (kind: 'adam' | 'sgd', change: Partial<GradientTask>): GradientTask => ({
    ...task,
    hidden: 0,
    stepRule: { kind, learningRate: 0.05 },
    batchSize: 7,
    steps: 40,
    measureEvery: 4,
    patience: Infinity,
    labelSmoothing: 0.1,
    seed: 3,
    ...change,
  });
  /** Ends after `steps`, by the person's stop or at its limit. */
  const upTo = async (steps: number, byLimit: boolean, given: GradientTask) => {
    if (byLimit) return await trainByGradient({ ...given, steps }, plainProduct);
    const stop = new AbortController();
    let products = 0;
    const counted: typeof plainProduct = async (...args) => {
      // The gradient of each layer is one such product.
      if (args[2]?.transposeA === true && ++products === (given.hidden === 0 ? 1 : 2) * steps) stop.abort();
      return await plainProduct(...args);
    };
    return await trainByGradient(given, counted, { stop: stop.signal });
  };

  for (const [name, given] of [
    ['adam', gradient('adam', { inSteps: true })],
    ['sgd', gradient('sgd', { inSteps: true, validation: null })],
    ['adam with early stopping', gradient('adam', { inSteps: true, patience: 3, steps: 400 })],
    ['a hidden layer', gradient('adam', { hidden: 6, measureEvery: 9, steps: 45 })],
  ] as const)
    it(`by ${name} comes in pieces to the head and the curve of one piece, bit for bit`, async () => {
      const whole = await trainByGradient(given, plainProduct);
      const last = whole.state.steps;
      await fc.assert(
        fc.asyncProperty(
          fc.uniqueArray(fc.record({ at: fc.integer({ min: 1, max: last - 1 }), byLimit: fc.boolean() }), {
            minLength: 1,
            maxLength: 3,
            selector: ({ at }) => at,
          }),
          async (ends) => {
            let from: GradientContinuation | undefined;
            let before = 0;
            for (const { at, byLimit } of [...ends].sort((a, b) => a.at - b.at)) {
              const piece = await upTo(byLimit ? at : at - before, byLimit, { ...given, from });
              assert.deepEqual([piece.state.steps, piece.ended], [at, byLimit ? 'limit' : 'stopped']);
              from = structuredClone(stateOf(piece));
              before = at;
            }
            assert.deepEqual(await trainByGradient({ ...given, from }, plainProduct), whole);
          },
        ),
        { numRuns: 15 },
      );
    });
});

describe('label smoothing', () => {
  it('has L-BFGS take a probability of 1 - s + s / C for the truth, and the curve stay that of the labels', async () => {
    const training = clouds(3, dimension, classes, 1);
    const { head, curve } = await trainSoftmax(
      {
        ...task,
        training,
        validation: null,
        l2: 1e-9,
        maxEpochs: 300,
        tolerance: 1e-12,
        labelSmoothing: 0.3,
      },
      plainProduct,
    );
    logitsOf(head, training.values).forEach((logits, row) => {
      const powers = logits.map(Math.exp);
      const probability = (powers[training.labels[row] ?? 0] ?? NaN) / powers.reduce((a, b) => a + b, 0);
      assert.ok(Math.abs(probability - 0.8) < 0.005, String(probability));
    });
    assert.ok(Math.abs((curve.at(-1)?.training.crossEntropy ?? NaN) + Math.log(0.8)) < 0.01);
    assert.ok(Math.abs((curve[0]?.training.crossEntropy ?? NaN) - Math.log(3)) < 1e-6);
  });
});

describe('trainStepped', () => {
  it('counts steps from 0, each measured after it, the last in any case', async () => {
    const { curve, bestEpoch } = await trainStepped(
      stepped('adam', { steps: 25, evalStepInterval: 10 }),
      plainProduct,
    );
    assert.deepEqual(
      curve.map(({ epoch }) => epoch),
      [9, 19, 24],
    );
    const losses = curve.map(({ validation }) => validation?.crossEntropy ?? NaN);
    assert.equal(
      curve.findIndex(({ epoch }) => epoch === bestEpoch),
      losses.indexOf(Math.min(...losses)),
    );
  });

  it('ends early where validation gets no better, which is what is kept', async () => {
    const { ended, curve, bestEpoch } = await trainStepped(
      stepped('adam', { steps: 100_000, learningRate: 1, earlyStopping: 3 }),
      plainProduct,
    );
    assert.equal(ended, 'patience');
    assert.equal(
      curve.findIndex(({ epoch }) => epoch === bestEpoch),
      curve.length - 4,
    );
  });

  it('says that it ran away where the learning rate is far too high', async () => {
    const training = { ...task.training, labels: task.training.labels.map((label) => (label + 1) % 3) };
    await assert.rejects(
      trainStepped({ ...stepped('sgd', { learningRate: 1e39 }), training }, plainProduct),
      { code: 'TRAINING_DIVERGED' },
    );
  });

  it('takes all images a step for -1', async () => {
    const whole = { steps: 3, trainBatchSize: -1 };
    const { head } = await trainStepped(stepped('sgd', whole), plainProduct);
    const other = await trainStepped({ ...stepped('sgd', whole), seed: 99 }, plainProduct);
    head.weights.forEach((weight, i) => assert.ok(Math.abs(weight - (other.head.weights[i] ?? NaN)) < 1e-5));
  });
});

describe('unfold', () => {
  it('gives back what was folded', () => {
    const values = (length: number, min: number) =>
      fc.float32Array({ minLength: length, maxLength: length, min, max: 4, noNaN: true });
    fc.assert(
      fc.property(
        values(5, -4),
        values(5, 0.25),
        values(15, -4),
        values(3, -4),
        (mean, deviation, weights, bias) => {
          const back = unfold(fold({ weights, bias }, { mean, deviation }), { mean, deviation });
          back.weights.forEach((weight, i) => assert.ok(Math.abs(weight - (weights[i] ?? NaN)) < 1e-5));
          back.bias.forEach((value, c) => assert.ok(Math.abs(value - (bias[c] ?? NaN)) < 1e-3));
        },
      ),
    );
  });
});
