import { setImmediate as yieldToEvents } from 'node:timers/promises';
import { RetrainError, seededRandom, throwIfAborted, type Random } from '../base';
import type { TrainingEnd, TrainingOptions } from './continuation';
import { copyLayers, type GradientContinuation, type GradientState, type Moments } from './gradientState';
import type { Head } from './head';
import type { Product } from './matrix';
import { forward, gradientsOf, newLayers, zeroLayers, type Batch, type Layers } from './layers';
import { measure, type Measures } from './softmaxLoss';
import { stepperOf, type StepRule } from './stepRule';
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
  /** Steps at most, those made before included. */
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
  /** The curve counts steps from 0, each measured after it; absent: measurements, the first before any step. */
  readonly inSteps?: boolean;
  /** Goes on from there; absent: begins anew. */
  readonly from?: GradientContinuation | undefined;
}

export interface GradientTrained {
  readonly trained: GradientState['bestHead'];
  /** One entry a measurement. */
  readonly curve: Epoch[];
  readonly bestEpoch: number;
  readonly ended: Exclude<TrainingEnd, 'converged'>;
  /** Where it ended. */
  readonly state: GradientState;
}

type GradientOptions = Omit<TrainingOptions, 'afterStep'> & {
  /** Awaited after each step; `step` counts those made, from 1. */
  readonly afterStep?: (step: number, head: () => GradientState['bestHead']) => Promise<void>;
};

/** Rows that are measured at once: no copy of the whole set is made. */
const chunk = 2048;

/**
 * Trains a softmax regression or a network of one hidden layer (ReLU) by stochastic gradient descent on the
 * cross-entropy: batches without replacement, in an order drawn from `seed`. Values are divided by sqrt(D) inside.
 * Ends early, and returns the head of the lowest cross-entropy on validation (Prechelt, "Early stopping, but when?",
 * 1998); without validation the last. A continuation draws again from `seed` what was drawn before, and so goes on as
 * if it were one training, provided that its images are the same.
 * @throws TRAINING_DIVERGED; RangeError where shapes disagree; the signal's reason once aborted
 */
export async function trainByGradient(
  task: GradientTask,
  product: Product,
  { signal, stop, report, afterStep }: GradientOptions = {},
): Promise<GradientTrained> {
  const { training, validation, dimension, classes, batchSize, from } = task;
  for (const set of [training, validation]) if (set) checkRows(set, dimension);
  const n = training.labels.length;
  if (n === 0) throw new RangeError('There is no image to train on');
  const { steps: begun, before, patientSince } = from?.state ?? { steps: 0, before: 0, patientSince: 0 };
  const random = seededRandom(task.seed + before);
  const fresh = newLayers(dimension, task.hidden, classes, random);
  const layers = from ? copyLayers(from.state.layers, fresh) : fresh;
  const moments = momentsOf(from?.state.moments ?? null, layers);
  const steppers = layers.map((_, i) => steppersOf(task.stepRule, moments, i, begun - before));
  const nextRows = batchRows(n, batchSize, random, begun - before);
  const curve: Epoch[] = [...(from?.curve ?? [])];
  let best = { index: 0, loss: Infinity, trained: headOf(layers, dimension) };
  if (from && curve.length > 0) {
    const { best: index, bestHead } = from.state;
    best = { index, loss: lossOf(curve, index), trained: bestHead };
  }
  const record = async (step: number): Promise<void> => {
    const measured = async (set: TrainingSet, weights?: Float64Array): Promise<Measures> =>
      measure(await logitsOfAll(layers, set, dimension, product), set.labels, classes, undefined, weights);
    const epoch: Epoch = {
      epoch: task.inSteps ? step - 1 : curve.length,
      training: await measured(training, task.imageWeights),
      validation: validation?.labels.length ? await measured(validation) : null,
    };
    const losses = [epoch.training.crossEntropy, epoch.validation?.crossEntropy ?? 0];
    if (!losses.every(Number.isFinite))
      throw new RetrainError('TRAINING_DIVERGED', { rate: task.stepRule.learningRate });
    const index = curve.push(epoch) - 1;
    const loss = lossOf(curve, index);
    if (loss < best.loss) best = { index, loss, trained: headOf(layers, dimension) };
    report?.(epoch);
  };
  if (!from && !task.inSteps) await record(0);

  let ended: GradientTrained['ended'] = 'limit';
  let made = begun;
  let inTurn = { measured: curve.length, best };
  while (made < task.steps && ended === 'limit') {
    await yieldToEvents();
    throwIfAborted(signal);
    const batch = batchOf(training, dimension, task.imageWeights, nextRows());
    const gradients = await gradientsOf(layers, batch, task.labelSmoothing, product);
    gradients.forEach(({ weights, bias }, i) => {
      const [layer, stepper] = [layers[i], steppers[i]];
      if (layer === undefined || stepper === undefined) return;
      stepper.weights(layer.weights, weights);
      stepper.bias(layer.bias, bias);
    });
    made++;
    await afterStep?.(made, () => headOf(layers, dimension));
    const isTurn = (made - before) % task.measureEvery === 0;
    if (stop?.aborted === true) ended = 'stopped';
    if (!isTurn && made < task.steps && ended === 'limit') continue;
    await record(made);
    if (!isTurn) continue;
    inTurn = { measured: curve.length, best };
    const waited = curve.length - 1 - Math.max(best.index, patientSince);
    if (ended === 'limit' && waited >= task.patience) ended = 'patience';
  }
  throwIfAborted(signal);
  return {
    trained: best.trained,
    curve,
    bestEpoch: curve[best.index]?.epoch ?? 0,
    ended,
    state: {
      steps: made,
      before,
      measured: inTurn.measured,
      best: inTurn.best.index,
      patientSince,
      layers,
      bestHead: inTurn.best.trained,
      moments: task.stepRule.kind === 'adam' ? moments : null,
    },
  };
}

/** Of the measurements of a curve that of the lowest is the best; without validation each is better than those before. */
function lossOf(curve: readonly Epoch[], index: number): number {
  return curve[index]?.validation?.crossEntropy ?? -index;
}

/** A copy that steps may change. */
function momentsOf(known: Moments | null, layers: Layers): Moments {
  const copied = (moments: Layers | undefined) =>
    moments ? copyLayers(moments, layers) : zeroLayers(layers);
  return { means: copied(known?.means), squares: copied(known?.squares) };
}

function steppersOf(rule: StepRule, { means, squares }: Moments, i: number, steps: number) {
  const of = (which: keyof Head) =>
    stepperOf(rule, { means: (means[i] as Head)[which], squares: (squares[i] as Head)[which] }, steps);
  return { weights: of('weights'), bias: of('bias') };
}

/** The rows of one batch after the other: of all rows in an order that is drawn, then in another; `made` were taken before. */
function batchRows(n: number, batchSize: number, random: Random, made: number): () => number[] {
  const perOrder = Math.ceil(n / batchSize);
  const orders = Math.ceil(made / perOrder);
  for (let drawn = 0; drawn < (orders - 1) * n; drawn++) random();
  let order = orders > 0 ? shuffled(n, random).slice((made - (orders - 1) * perOrder) * batchSize) : [];
  return () => {
    if (order.length === 0) order = shuffled(n, random);
    return order.splice(0, batchSize);
  };
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
function headOf([first, second]: Layers, dimension: number): GradientState['bestHead'] {
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
