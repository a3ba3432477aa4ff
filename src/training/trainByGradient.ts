import { setImmediate as yieldToEvents } from 'node:timers/promises';
import { seededRandom, throwIfAborted, type Random, type Report } from '../base';
import type { Head } from './head';
import type { Matrix, Product } from './matrix';
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
}

export interface GradientTrained {
  readonly trained: TrainedHead;
  /** One entry a measurement, the first before any step; `epoch` counts measurements. */
  readonly curve: readonly Epoch[];
  readonly bestEpoch: number;
}

/**
 * Trains a softmax regression or a network of one hidden layer (ReLU) by stochastic gradient descent on the
 * cross-entropy: batches without replacement, in an order drawn from `seed`. Values are divided by sqrt(D) inside.
 * Ends early, and returns the head of the lowest cross-entropy on validation (Prechelt, "Early stopping, but when?",
 * 1998); without validation the last.
 * @throws RangeError where shapes disagree; the signal's reason once aborted
 */
export async function trainByGradient(
  task: GradientTask,
  product: Product,
  { signal, report }: { signal?: AbortSignal; report?: Report<Epoch> } = {},
): Promise<GradientTrained> {
  const { training, validation, dimension, classes, batchSize } = task;
  const all = unitValues(training, dimension);
  const held = validation?.labels.length ? unitValues(validation, dimension) : undefined;
  const n = all.rows;
  if (n === 0) throw new RangeError('There is no image to train on');
  const random = seededRandom(task.seed);
  const layers = newLayers(dimension, task.hidden, classes, random);
  const steppers = layers.map(({ weights, bias }) => ({
    weights: stepperOf(task.stepRule, weights.length),
    bias: stepperOf(task.stepRule, bias.length),
  }));
  const curve: Epoch[] = [];
  let best = { epoch: 0, loss: Infinity, trained: headOf(layers, dimension) };
  const record = async (): Promise<void> => {
    const measured = async (values: Matrix, labels: Int32Array): Promise<Measures> =>
      measure((await forward(layers, values, product)).logits, labels, classes);
    const epoch: Epoch = {
      epoch: curve.length,
      training: await measured(all, training.labels),
      validation: validation && held ? await measured(held, validation.labels) : null,
    };
    curve.push(epoch);
    // Without validation every measurement is better than the last.
    const loss = epoch.validation?.crossEntropy ?? -epoch.epoch;
    if (loss < best.loss) best = { epoch: epoch.epoch, loss, trained: headOf(layers, dimension) };
    report?.(epoch);
  };
  await record();

  let order: number[] = [];
  for (let step = 1; step <= task.steps; step++) {
    await yieldToEvents();
    throwIfAborted(signal);
    if (order.length === 0) order = shuffled(n, random);
    const rows = order.splice(0, batchSize);
    const batch = batchOf(all, training.labels, task.imageWeights, rows);
    const gradients = await gradientsOf(layers, batch, task.labelSmoothing, product);
    gradients.forEach(({ weights, bias }, i) => {
      const [layer, stepper] = [layers[i], steppers[i]];
      if (layer === undefined || stepper === undefined) return;
      stepper.weights(layer.weights, weights);
      stepper.bias(layer.bias, bias);
    });
    if (step % task.measureEvery === 0 || step === task.steps) {
      await record();
      if (curve.length - 1 - best.epoch >= task.patience) break;
    }
  }
  throwIfAborted(signal);
  return { trained: best.trained, curve, bestEpoch: best.epoch };
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
function unitValues({ values, labels }: TrainingSet, dimension: number): Matrix {
  if (values.length !== labels.length * dimension)
    throw new RangeError(`${values.length} values are not ${labels.length} rows of ${dimension}`);
  const unit = 1 / Math.sqrt(dimension);
  return { rows: labels.length, columns: dimension, data: values.map((value) => value * unit) };
}

function batchOf(
  { columns, data }: Matrix,
  labels: Int32Array,
  imageWeights: Float64Array | undefined,
  rows: readonly number[],
): Batch {
  const taken = new Float32Array(rows.length * columns);
  rows.forEach((row, i) => taken.set(data.subarray(row * columns, (row + 1) * columns), i * columns));
  return {
    values: { rows: rows.length, columns, data: taken },
    labels: Int32Array.from(rows, (row) => labels[row] as number),
    weights: Float64Array.from(rows, (row) => imageWeights?.[row] ?? 1),
  };
}
