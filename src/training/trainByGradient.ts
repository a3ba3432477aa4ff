import { setImmediate as yieldToEvents } from 'node:timers/promises';
import { RetrainError, seededRandom, throwIfAborted, type Random, type Report } from '../base';
import type { TrainingEnd, TrainingOptions } from './continuation';
import type { Head } from './head';
import type { Product } from './matrix';
import { forward, gradientsOf, newLayers, type Batch, type Layers } from './layers';
import { measure, type Measures } from './softmaxLoss';
import { stepperOf, type StepRule } from './stepRule';
import type { TrainedHead } from './trainedHead';
import type { Epoch, TrainingSet } from './trainSoftmax';

export interface GradientTask {
  /** Scaled values. */
  readonly training: TrainingSet;
  readonly validation: TrainingSet | null;
  /** D */
  readonly dimension: number;
  /** C */
  readonly classes: number;
  /** Units of the hidden layer; 0: none, a softmax regression. */
  readonly hidden: number;
  readonly stepRule: StepRule;
  readonly batchSize: number;
  /** Steps at most. */
  readonly steps: number;
  /** Steps between two measurements. */
  readonly measureEvery: number;
  /** Measurements without a lower cross-entropy on validation after which training ends. */
  readonly patience: number;
  /** The share of a target that all classes get alike (Szegedy et al., "Rethinking the Inception architecture", 2016, section 7); 0: none. */
  readonly labelSmoothing: number;
  /** How much each training image counts, [n]; absent: 1 each. */
  readonly imageWeights?: Float64Array | undefined;
  readonly seed: number;
  /** The head to begin with, of a softmax regression; absent: a new one. */
  readonly start?: Head | undefined;
  /** Whether what it begins with is measured too; absent: yes. */
  readonly measureStart?: boolean;
}

/** `epoch` counts measurements, `step` the steps made before. */
export interface GradientEpoch extends Epoch {
  readonly step: number;
}

export interface GradientTrained {
  readonly trained: TrainedHead;
  /** One entry a measurement, the first before any step, unless that was not asked for. */
  readonly curve: readonly GradientEpoch[];
  readonly bestEpoch: number;
  readonly ended: Exclude<TrainingEnd, 'converged'>;
  /** Where it ended. */
  readonly last: TrainedHead;
}

type GradientOptions = Omit<TrainingOptions, 'report' | 'afterStep'> & {
  readonly report?: Report<GradientEpoch>;
  /** `step` counts those made, from 1. */
  readonly afterStep?: (step: number, head: () => TrainedHead) => Promise<void>;
};

/** Rows that are measured at once: no copy of the whole set is made. */
const chunk = 2048;

/**
 * Trains a softmax regression or a network of one hidden layer (ReLU) by stochastic gradient descent on the
 * cross-entropy: batches without replacement, in an order drawn from `seed`. Values are divided by sqrt(D) inside.
 * Ends early, and returns the head of the lowest cross-entropy on validation (Prechelt, "Early stopping, but when?",
 * 1998); without validation the last.
 * @throws TRAINING_DIVERGED; RangeError where shapes disagree; the signal's reason once aborted
 */
export async function trainByGradient(
  task: GradientTask,
  product: Product,
  { signal, stop, report, afterStep }: GradientOptions = {},
): Promise<GradientTrained> {
  const { training, validation, dimension, classes, batchSize } = task;
  for (const set of [training, validation]) if (set) checkRows(set, dimension);
  const n = training.labels.length;
  if (n === 0) throw new RangeError('There is no image to train on');
  const random = seededRandom(task.seed);
  const layers = task.start ? layersOf(task.start, task) : newLayers(dimension, task.hidden, classes, random);
  const steppers = layers.map(({ weights, bias }) => ({
    weights: stepperOf(task.stepRule, weights.length),
    bias: stepperOf(task.stepRule, bias.length),
  }));
  const curve: GradientEpoch[] = [];
  let best = { epoch: 0, loss: Infinity, trained: headOf(layers, dimension) };
  const record = async (step: number): Promise<void> => {
    const measured = async (set: TrainingSet, weights?: Float64Array): Promise<Measures> =>
      measure(await logitsOfAll(layers, set, dimension, product), set.labels, classes, undefined, weights);
    const epoch: GradientEpoch = {
      epoch: curve.length,
      step,
      training: await measured(training, task.imageWeights),
      validation: validation?.labels.length ? await measured(validation) : null,
    };
    const losses = [epoch.training.crossEntropy, epoch.validation?.crossEntropy ?? 0];
    if (!losses.every(Number.isFinite))
      throw new RetrainError('TRAINING_DIVERGED', { rate: task.stepRule.learningRate });
    curve.push(epoch);
    // Without validation every measurement is better than the last.
    const loss = epoch.validation?.crossEntropy ?? -epoch.epoch;
    if (loss < best.loss) best = { epoch: epoch.epoch, loss, trained: headOf(layers, dimension) };
    report?.(epoch);
  };
  if (task.measureStart !== false) await record(0);

  let ended: GradientTrained['ended'] = 'limit';
  let order: number[] = [];
  for (let step = 1; step <= task.steps; step++) {
    await yieldToEvents();
    throwIfAborted(signal);
    if (order.length === 0) order = shuffled(n, random);
    const rows = order.splice(0, batchSize);
    const batch = batchOf(training, dimension, task.imageWeights, rows);
    const gradients = await gradientsOf(layers, batch, task.labelSmoothing, product);
    gradients.forEach(({ weights, bias }, i) => {
      const [layer, stepper] = [layers[i], steppers[i]];
      if (layer === undefined || stepper === undefined) return;
      stepper.weights(layer.weights, weights);
      stepper.bias(layer.bias, bias);
    });
    await afterStep?.(step, () => headOf(layers, dimension));
    const stopped = stop?.aborted === true;
    if (step % task.measureEvery === 0 || step === task.steps || stopped) {
      await record(step);
      if (stopped) ended = 'stopped';
      else if (curve.length - 1 - best.epoch >= task.patience) ended = 'patience';
      if (ended !== 'limit') break;
    }
  }
  throwIfAborted(signal);
  return { trained: best.trained, curve, bestEpoch: best.epoch, ended, last: headOf(layers, dimension) };
}

/** The layer of a softmax regression that goes on from `head`. */
function layersOf(
  head: Head,
  { dimension, classes, hidden }: Pick<GradientTask, 'dimension' | 'classes' | 'hidden'>,
): Layers {
  if (hidden !== 0 || head.bias.length !== classes || head.weights.length !== dimension * classes)
    throw new RangeError(`The head to go on from is not ${dimension} x ${classes}`);
  const unit = Math.sqrt(dimension);
  return [{ weights: head.weights.map((weight) => weight * unit), bias: head.bias.slice() }];
}

/** Logits [n, C] of a whole set, some rows at a time. */
async function logitsOfAll(
  layers: Layers,
  { values, labels }: TrainingSet,
  dimension: number,
  product: Product,
): Promise<Float64Array> {
  const classes = layers.at(-1)?.bias.length ?? 0;
  const logits = new Float64Array(labels.length * classes);
  for (let from = 0; from < labels.length; from += chunk) {
    const data = toUnit(values.slice(from * dimension, (from + chunk) * dimension), dimension);
    const part = { rows: data.length / dimension, columns: dimension, data };
    logits.set((await forward(layers, part, product)).logits, from * classes);
  }
  return logits;
}

/** The layers as a head that takes values as they are. */
function headOf([first, second]: Layers, dimension: number): TrainedHead {
  const unit = 1 / Math.sqrt(dimension);
  const copy = ({ weights, bias }: Head, factor: number): Head => ({
    weights: weights.map((weight) => weight * factor),
    bias: bias.slice(),
  });
  return second === undefined
    ? { kind: 'linear', head: copy(first, unit) }
    : { kind: 'hidden', hidden: copy(first, unit), output: copy(second, 1) };
}

function shuffled(n: number, random: Random): number[] {
  const keys = Float64Array.from({ length: n }, () => random());
  return Array.from(keys.keys()).sort((a, b) => (keys[a] as number) - (keys[b] as number));
}

/** @throws RangeError where `values` is not so many rows */
function checkRows({ values, labels }: TrainingSet, dimension: number): void {
  if (values.length !== labels.length * dimension)
    throw new RangeError(`${values.length} values are not ${labels.length} rows of ${dimension}`);
}

/** Divides by sqrt(D), in place. */
function toUnit(values: Float32Array, dimension: number): Float32Array {
  const unit = 1 / Math.sqrt(dimension);
  for (let i = 0; i < values.length; i++) values[i] = (values[i] as number) * unit;
  return values;
}

function batchOf(
  { values, labels }: TrainingSet,
  dimension: number,
  imageWeights: Float64Array | undefined,
  rows: readonly number[],
): Batch {
  const taken = new Float32Array(rows.length * dimension);
  rows.forEach((row, i) => taken.set(values.subarray(row * dimension, (row + 1) * dimension), i * dimension));
  return {
    values: { rows: rows.length, columns: dimension, data: toUnit(taken, dimension) },
    labels: Int32Array.from(rows, (row) => labels[row] as number),
    weights: Float64Array.from(rows, (row) => imageWeights?.[row] ?? 1),
  };
}
