import type { TrainingOptions } from './continuation';
import type { GradientContinuation } from './gradientState';
import type { Product } from './matrix';
import type { SteppedOptimizer } from './optimizer';
import type { Head } from './head';
import { trainByGradient, type GradientTrained } from './trainByGradient';
import type { TrainingSet } from './trainSoftmax';

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
  readonly from?: GradientContinuation | undefined;
}

export interface SteppedTrained extends Omit<GradientTrained, 'trained'> {
  readonly head: Head;
}

/**
 * Trains a softmax regression by steps of Adam or plain gradient descent (`trainByGradient`), from zero, without a
 * penalty. As in retrain.py's training the curve counts steps from 0, each measured after it was made, here over all
 * images of a side; the step of the lowest cross-entropy on validation is kept, without validation the last.
 * A continuation counts on.
 * @throws TRAINING_DIVERGED; RangeError where shapes disagree; the signal's reason once aborted
 */
export async function trainStepped(
  { optimizer, seed, ...task }: SteppedTask,
  product: Product,
  { afterStep, ...options }: TrainingOptions = {},
): Promise<SteppedTrained> {
  const { kind, learningRate, steps, trainBatchSize, evalStepInterval, earlyStopping, labelSmoothing } =
    optimizer;
  const { trained, ...others } = await trainByGradient(
    {
      ...task,
      hidden: 0,
      labelSmoothing,
      stepRule: { kind, learningRate },
      batchSize: trainBatchSize < 0 ? task.training.labels.length : trainBatchSize,
      steps,
      measureEvery: evalStepInterval,
      patience: earlyStopping > 0 ? earlyStopping : Infinity,
      seed,
      inSteps: true,
    },
    product,
    {
      ...options,
      ...(afterStep && {
        afterStep: (step, head) => afterStep(step - 1, () => Promise.resolve(linear(head()))),
      }),
    },
  );
  return { ...others, head: linear(trained) };
}

function linear(trained: GradientTrained['trained']): Head {
  if (trained.kind !== 'linear') throw new TypeError(`A ${trained.kind} head was trained, not a linear one`);
  return trained.head;
}
