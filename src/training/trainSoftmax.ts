import { setImmediate as yieldToEvents } from 'node:timers/promises';
import { throwIfAborted } from '../base';
import type { Continuation, TrainingEnd, TrainingOptions } from './continuation';
import type { Head } from './head';
import { addScaled, dot, InverseHessian } from './lbfgs';
import { wolfeStep } from './lineSearch';
import type { Matrix, Product } from './matrix';
import { measure, type Measures } from './softmaxLoss';
import { primalSpace, spaceOf, type Space } from './space';

export interface TrainingSet {
  /** Scaled bottleneck values [n, D]. */
  readonly values: Float32Array;
  /** The class of each row, [n]. */
  readonly labels: Int32Array;
}

/** The measures after one iteration of the optimiser; epoch 0 is the start, where every class is as likely. */
export interface Epoch {
  readonly epoch: number;
  readonly training: Measures;
  readonly validation: Measures | null;
}

export interface SoftmaxTask {
  readonly training: TrainingSet;
  readonly validation: TrainingSet | null;
  /** D */
  readonly dimension: number;
  /** C */
  readonly classes: number;
  /** Weight of the L2 penalty; see `trainSoftmax`. */
  readonly l2: number;
  readonly maxEpochs: number;
  /** As how many each training image counts, [n], above zero; absent: 1 each. */
  readonly imageWeights?: Float64Array | undefined;
  /** The search ends where a step promises to lower the objective by less than this part of it. */
  readonly tolerance?: number;
  /** See `measure`; absent: none. The curve is measured against the labels themselves. */
  readonly labelSmoothing?: number | undefined;
  /** Goes on from there instead of from zero; `maxEpochs` counts its epochs too. */
  readonly from?: Continuation | undefined;
}

/** And not before the gradient is this much smaller than at the start: two odd steps can make a promise poor. */
const flatness = 1e-3;

export interface Trained {
  readonly head: Head;
  readonly curve: Epoch[];
  readonly bestEpoch: number;
  readonly ended: TrainingEnd;
  /** Where it ended, from which it can be continued. */
  readonly last: Head;
}

/** Chosen by measurement: docs/training.md. */
export const trainingDefaults = { l2: 1e-5, maxEpochs: 100 } as const;

/** Likewise. */
const usualTolerance = 1e-4;

/**
 * Trains a softmax regression: minimises, over weights V [D, C] and bias b [C],
 *
 *     weighted mean over the n images of -ln softmax(x V / sqrt(D) + b)[truth]  +  l2 / 2 * ||V||^2
 *
 * by L-BFGS over the whole set, from zero, and returns the head of the best epoch: the highest accuracy on
 * validation, of equals the last; without validation the last of all. The problem is strictly
 * convex in V and the start is fixed, so nothing is random: the same input gives the same head, bit for bit.
 * A continuation begins where the last one ended, with nothing remembered of the curvature.
 * Reports each epoch, and lets the event loop run between two of them, so that an abort arrives.
 * @throws RangeError where shapes disagree; the signal's reason once aborted
 */
export async function trainSoftmax(
  task: SoftmaxTask,
  product: Product,
  { signal, stop, report }: TrainingOptions = {},
): Promise<Trained> {
  const { classes, l2, imageWeights, tolerance = usualTolerance, labelSmoothing = 0, from } = task;
  const training = checkedMatrix(task.training, task);
  const validation = task.validation?.labels.length ? checkedMatrix(task.validation, task) : undefined;
  if (training.rows === 0) throw new RangeError('There is no image to train on');
  const { labels } = task.training;
  if (imageWeights !== undefined && imageWeights.length !== labels.length)
    throw new RangeError(`${imageWeights.length} weights are not for ${labels.length} images`);
  const { space, position } = await startOf(training, validation, classes, product, from?.last);
  const lossOf = (of: Float64Array) => new LossLine(of, labels, classes, imageWeights, labelSmoothing);

  const logits = await space.logits(position);
  const line = lossOf(logits.training);
  const curve: Epoch[] = [...(from?.curve ?? [])];
  /** `position` is undefined where the best is that of the training that is continued. */
  let best: { epoch: number; position: Float64Array | undefined } = {
    epoch: from?.bestEpoch ?? -1,
    position: undefined,
  };
  const record = (): void => {
    const validated =
      task.validation && logits.validation
        ? measure(logits.validation, task.validation.labels, classes)
        : null;
    const epoch = { epoch: curve.length, training: line.plainMeasures(), validation: validated };
    const leading = curve[best.epoch];
    if (leading === undefined || isBetter(epoch, leading))
      best = { epoch: epoch.epoch, position: position.slice() };
    curve.push(epoch);
    report?.(epoch);
  };
  if (!from) record();

  const hessian = new InverseHessian(space.inner);
  const direction = new Float64Array(space.length);
  let gradient = await penalised(space, line.residual, l2, position);
  // A continuation is held against the same start.
  const steepest = from
    ? await space.gradient(lossOf(new Float64Array(logits.training.length)).residual)
    : gradient;
  const flat = flatness ** 2 * space.inner(steepest, steepest);
  /** Half the slope along the step is what a step of Newton's method would gain (Boyd and Vandenberghe, section 9.5.1). */
  const isAtMinimum = (): boolean => {
    if (hessian.isBlank || space.inner(gradient, gradient) > flat) return false;
    const objective = line.measures.crossEntropy + (l2 / 2) * space.innerOfWeights(position, position);
    return -space.inner(gradient, direction) / 2 <= tolerance * objective;
  };
  let ended: TrainingEnd = 'limit';
  while (curve.length <= task.maxEpochs) {
    throwIfAborted(signal);
    hessian.descend(gradient, direction);
    const change = isAtMinimum() ? undefined : await space.logits(direction);
    const step =
      change && searchStep(space, line, change.training, { position, direction, l2 }, hessian.isBlank);
    if (change === undefined || step === undefined) {
      ended = 'converged';
      break;
    }
    line.advance();
    addScaled(position, step, direction);
    if (logits.validation && change.validation) addScaled(logits.validation, step, change.validation);
    record();
    const next = await penalised(space, line.residual, l2, position);
    hessian.remember(step, direction, gradient, next);
    gradient = next;
    await yieldToEvents();
    if (stop?.aborted === true) {
      ended = 'stopped';
      break;
    }
  }
  throwIfAborted(signal);
  const last = await space.head(position);
  const isLast = best.position !== undefined && best.epoch === curve.length - 1;
  const kept = best.position === undefined ? from?.best : isLast ? last : await space.head(best.position);
  return { head: kept ?? last, curve, bestEpoch: best.epoch, ended, last };
}

/** Zero, or in the space of the weights themselves the head to go on from, which need not be a sum of these images. */
async function startOf(
  training: Matrix,
  validation: Matrix | undefined,
  classes: number,
  product: Product,
  last: Head | undefined,
): Promise<{ space: Space; position: Float64Array }> {
  if (last === undefined) {
    const space = await spaceOf(training, validation, classes, product);
    return { space, position: new Float64Array(space.length) };
  }
  if (last.weights.length !== training.columns * classes || last.bias.length !== classes)
    throw new RangeError(`The head to go on from is not ${training.columns} x ${classes}`);
  const space = primalSpace(training, validation, classes, product);
  return { space, position: space.vectorOf(last) };
}

/** The mean cross-entropy of the training images along a line through the logits; no matrix product is needed. */
class LossLine {
  private moved: Float64Array;
  /** At the point asked for last: (probability - truth) / n, [n, classes]. */
  readonly residual: Float64Array;
  /** At the point asked for last. */
  measures: Measures;

  /** @param logits [n, classes], where the lines begin; `advance` replaces it */
  constructor(
    private logits: Float64Array,
    private readonly labels: Int32Array,
    private readonly classes: number,
    private readonly imageWeights: Float64Array | undefined,
    private readonly smoothing: number,
  ) {
    this.moved = new Float64Array(logits.length);
    this.residual = new Float64Array(logits.length);
    this.measures = measure(logits, labels, classes, this.residual, imageWeights, smoothing);
  }

  /** Where the line begins, against the labels themselves; valid until the line is left. */
  plainMeasures(): Measures {
    return this.smoothing === 0
      ? this.measures
      : measure(this.logits, this.labels, this.classes, undefined, this.imageWeights);
  }

  /** The derivative of the loss at the point asked for last, along `change`. */
  slope(change: Float64Array): number {
    return dot(this.residual, change, 0, 0, change.length);
  }

  /** Goes to `step` times `change` from the beginning of the line. */
  goTo(step: number, change: Float64Array): void {
    for (let i = 0; i < this.moved.length; i++)
      this.moved[i] = (this.logits[i] as number) + step * (change[i] as number);
    const { labels, classes, residual, imageWeights, smoothing } = this;
    this.measures = measure(this.moved, labels, classes, residual, imageWeights, smoothing);
  }

  /** Begins the next line where this one was left. */
  advance(): void {
    [this.logits, this.moved] = [this.moved, this.logits];
  }
}

/** @throws RangeError where shapes disagree */
export function checkedMatrix(
  { values, labels }: TrainingSet,
  { dimension, classes }: Pick<SoftmaxTask, 'dimension' | 'classes'>,
): Matrix {
  if (values.length !== labels.length * dimension)
    throw new RangeError(`${values.length} values are not ${labels.length} rows of ${dimension}`);
  if (!labels.every((label) => label >= 0 && label < classes))
    throw new RangeError(`A label is not one of the ${classes} classes`);
  return { rows: labels.length, columns: dimension, data: values };
}

/**
 * Of equal accuracies the later epoch is better, for the loss only falls. The cross-entropy of a few validation
 * images would decide by the one or two that are surely wrong, and end too early: docs/training.md.
 */
function isBetter({ validation }: Epoch, leading: Epoch): boolean {
  if (validation === null || leading.validation === null) return true;
  return validation.accuracy >= leading.validation.accuracy;
}

async function penalised(
  space: Space,
  residual: Float64Array,
  l2: number,
  position: Float64Array,
): Promise<Float64Array> {
  const gradient = await space.gradient(residual);
  space.addWeights(gradient, l2, position);
  return gradient;
}

/** Goes along `direction` to a step that is good enough, which is returned. */
function searchStep(
  space: Space,
  line: LossLine,
  change: Float64Array,
  { position, direction, l2 }: { position: Float64Array; direction: Float64Array; l2: number },
  isFirst: boolean,
): number | undefined {
  const here = space.innerOfWeights(position, position);
  const across = space.innerOfWeights(position, direction);
  const along = space.innerOfWeights(direction, direction);
  const point = (step: number) => ({
    value: line.measures.crossEntropy + (l2 / 2) * (here + 2 * step * across + step ** 2 * along),
    slope: line.slope(change) + l2 * (across + step * along),
  });
  const at = (step: number) => {
    line.goTo(step, change);
    return point(step);
  };
  return wolfeStep(point(0), at, isFirst ? 1 / Math.sqrt(space.inner(direction, direction)) : 1);
}
