import { stepsOf, type Continuation, type TrainingOptions } from './continuation';
import type { Head } from './head';
import type { Product } from './matrix';
import type { SteppedOptimizer } from './optimizer';
import { trainByGradient, type GradientEpoch } from './trainByGradient';
import type { TrainedHead } from './trainedHead';
import type { Epoch, Trained, TrainingSet } from './trainSoftmax';

/** Chosen by measurement: docs/training.md. */
export const steppedDefaults: Readonly<Record<SteppedOptimizer['kind'], SteppedOptimizer>> = {
  adam: {
    kind: 'adam',
    steps: 1000,
    learningRate: 0.02,
    trainBatchSize: 100,
    evalStepInterval: 10,
    labelSmoothing: 0,
    earlyStopping: 0,
  },
  sgd: {
    kind: 'sgd',
    steps: 2000,
    learningRate: 10,
    trainBatchSize: 100,
    evalStepInterval: 10,
    labelSmoothing: 0,
    earlyStopping: 0,
  },
};

export interface SteppedTask {
  /** Its values are scaled. */
  readonly training: TrainingSet;
  readonly validation: TrainingSet | null;
  /** D */
  readonly dimension: number;
  /** C */
  readonly classes: number;
  readonly seed: number;
  readonly optimizer: SteppedOptimizer;
  /** As how many each training image counts, [n], above zero; absent: 1 each. */
  readonly imageWeights?: Float64Array | undefined;
  /** Goes on from there instead of from zero; the steps of the optimizer count those made there. */
  readonly from?: Continuation | undefined;
}

/**
 * Trains a softmax regression by steps of Adam or plain gradient descent (`trainByGradient`), from zero, without a
 * penalty. As in retrain.py's training the curve counts steps from 0, each measured after it was made, here over all
 * images of a side; the step of the lowest cross-entropy on validation is kept, without validation the last.
 * A continuation counts on, begins with nothing remembered of the gradients, and draws the order of the images from
 * the seed and the steps made before.
 * @throws TRAINING_DIVERGED; RangeError where shapes disagree; the signal's reason once aborted
 */
export async function trainStepped(
  { optimizer, from, seed, ...task }: SteppedTask,
  product: Product,
  { report, afterStep, ...options }: TrainingOptions = {},
): Promise<Trained> {
  const { kind, learningRate, trainBatchSize, evalStepInterval, earlyStopping, labelSmoothing } = optimizer;
  const made = from ? stepsOf(from.curve) : 0;
  const numbered = ({ step, training, validation }: GradientEpoch): Epoch => ({
    epoch: made + step - 1,
    training,
    validation,
  });
  const result = await trainByGradient(
    {
      ...task,
      hidden: 0,
      labelSmoothing,
      stepRule: { kind, learningRate },
      batchSize: trainBatchSize < 0 ? task.training.labels.length : trainBatchSize,
      steps: optimizer.steps - made,
      measureEvery: evalStepInterval,
      patience: earlyStopping > 0 ? earlyStopping : Infinity,
      seed: seed + made,
      start: from?.last,
      measureStart: false,
    },
    product,
    {
      ...options,
      ...(report && { report: (epoch) => report(numbered(epoch)) }),
      ...(afterStep && {
        afterStep: (step, head) => afterStep(made + step - 1, () => Promise.resolve(linear(head()))),
      }),
    },
  );
  const added = result.curve.map(numbered);
  const found = added[result.bestEpoch];
  const before = from?.curve.find(({ epoch }) => epoch === from.bestEpoch);
  const isBetter = (found?.validation?.crossEntropy ?? -1) < (before?.validation?.crossEntropy ?? Infinity);
  const outcome = {
    curve: [...(from?.curve ?? []), ...added],
    ended: result.ended,
    last: linear(result.last),
  };
  return from === undefined || isBetter
    ? { ...outcome, head: linear(result.trained), bestEpoch: found?.epoch ?? 0 }
    : { ...outcome, head: from.best, bestEpoch: from.bestEpoch };
}

function linear(trained: TrainedHead): Head {
  if (trained.kind !== 'linear') throw new TypeError(`A ${trained.kind} head was trained, not a linear one`);
  return trained.head;
}
