import { setImmediate as yieldToEvents } from 'node:timers/promises';
import { RetrainError, seededRandom, throwIfAborted, type Random } from '../base';
import { stepsOf, type Continuation, type TrainingEnd, type TrainingOptions } from './continuation';
import type { Matrix, Product } from './matrix';
import { measure, type Measures } from './softmaxLoss';
import { dualHead, primalHead, type Batch } from './steppedHead';
import type { Epoch, Trained, TrainingSet } from './trainSoftmax';

/** How TensorFlow's retrain.py trains; the names of its flags, in the same order, are in docs/retrain-py.md. */
export interface RetrainPyOptimizer {
  readonly kind: 'retrain.py';
  readonly steps: number;
  readonly learningRate: number;
  /** Images drawn for each step; -1: the whole side, each image once. */
  readonly trainBatchSize: number;
  /** Images drawn for each evaluation; -1: the whole side. */
  readonly validationBatchSize: number;
  readonly evalStepInterval: number;
  /** Which step is kept: the best by validation, or, as retrain.py itself, the last. */
  readonly keep: 'best' | 'last';
}

/** retrain.py's own, but for the step that is kept. */
export const retrainPyDefaults: RetrainPyOptimizer = {
  kind: 'retrain.py',
  steps: 4000,
  learningRate: 0.01,
  trainBatchSize: 100,
  validationBatchSize: 100,
  evalStepInterval: 10,
  keep: 'best',
};

export interface RetrainPyTask {
  /** Its values are raw: retrain.py scales nothing. */
  readonly training: TrainingSet;
  readonly validation: TrainingSet | null;
  /** D */
  readonly dimension: number;
  /** C */
  readonly classes: number;
  readonly seed: number;
  readonly optimizer: RetrainPyOptimizer;
  /** Goes on from there instead of from new weights; the steps of the optimizer count those made there. */
  readonly from?: Continuation | undefined;
}

/** Of the initial weights. */
const deviation = 0.001;
/** Milliseconds of computing after which the event loop gets a turn. */
const turn = 25;

/**
 * Trains the last layer as retrain.py does: from weights [D, C] of a normal distribution of deviation 0.001, cut off
 * at two deviations, and a bias [C] of 0, `steps` steps of plain gradient descent, w -= learningRate * dL/dw, on
 *
 *     L = mean over the batch of -ln softmax(x W + b)[truth]
 *
 * without regularisation. A batch is drawn anew for each step: a class, uniformly among those that have images, then
 * one of its images, uniformly, with replacement. After step i, counted from 0, where i % evalStepInterval = 0, and
 * after the last, accuracy and cross-entropy of its batch and of a validation batch, drawn alike, go into the curve,
 * `epoch` being i. Unlike there, everything is drawn from `seed`, in this order: the weights, then batch by batch;
 * and the step of the highest validation accuracy in the curve is kept, of equals the last.
 * A continuation counts its steps on, and draws its batches from the seed and the steps made before.
 * @throws TRAINING_DIVERGED; RangeError where shapes disagree; the signal's reason once aborted
 */
export async function trainRetrainPy(
  task: RetrainPyTask,
  product: Product,
  { signal, stop, report, afterStep }: TrainingOptions = {},
): Promise<Trained> {
  const { dimension, classes, seed, optimizer, from } = task;
  const { steps, learningRate, trainBatchSize, validationBatchSize, evalStepInterval, keep } = optimizer;
  const made = from ? stepsOf(from.curve) : 0;
  const random = seededRandom(seed + made);
  const training = new Sampler('training', task.training, task);
  if (training.matrix.rows === 0) throw new RangeError('There is no image to train on');
  const validation = task.validation?.labels.length
    ? new Sampler('validation', task.validation, task)
    : undefined;
  const data =
    from?.last.weights ??
    Float32Array.from({ length: dimension * classes }, () => deviation * truncatedNormal(random));
  const start = { rows: dimension, columns: classes, data };
  const values = { training: training.matrix, validation: validation?.matrix };
  const head = await (training.matrix.rows <= dimension ? dualHead : primalHead)({
    ...values,
    start,
    startBias: from?.last.bias ?? new Float32Array(classes),
    product,
  });

  const answersTo = async ({ labels, ...batch }: LabelledBatch, residual?: Float64Array): Promise<Measures> =>
    measure(await head.logits(batch), labels, classes, residual);
  const curve: Epoch[] = [...(from?.curve ?? [])];
  const leading = curve.find(({ epoch }) => epoch === from?.bestEpoch);
  let best = leading;
  const record = async (step: number, batch: LabelledBatch): Promise<void> => {
    const epoch = {
      epoch: step,
      training: await answersTo(batch),
      validation: validation ? await answersTo(validation.draw(validationBatchSize, random)) : null,
    };
    if (keep === 'last' || best === undefined || isBetter(epoch, best)) {
      best = epoch;
      head.keep();
    }
    const losses = [epoch.training.crossEntropy, epoch.validation?.crossEntropy ?? 0];
    if (!losses.every(Number.isFinite)) throw diverged(learningRate);
    curve.push(epoch);
    report?.(epoch);
  };

  let since = performance.now();
  let ended: TrainingEnd = 'limit';
  for (let step = made; step < steps && ended === 'limit'; step++) {
    throwIfAborted(signal);
    const batch = training.draw(trainBatchSize, random);
    const residual = new Float64Array(batch.rows.length * classes);
    await answersTo(batch, residual);
    await head.descend(batch, residual, learningRate);
    await afterStep?.(step, () => head.present());
    if (stop?.aborted === true) ended = 'stopped';
    if (step % evalStepInterval === 0 || step === steps - 1 || ended === 'stopped') await record(step, batch);
    if (performance.now() - since > turn) {
      await yieldToEvents();
      since = performance.now();
    }
  }
  throwIfAborted(signal);
  const last = await head.present();
  const kept = from !== undefined && best === leading ? from.best : await head.kept();
  for (const { weights, bias } of [kept, last])
    if (!weights.every(Number.isFinite) || !bias.every(Number.isFinite)) throw diverged(learningRate);
  return { head: kept, curve, bestEpoch: best?.epoch ?? 0, ended, last };
}

function diverged(rate: number): RetrainError {
  return new RetrainError('TRAINING_DIVERGED', { rate });
}

interface LabelledBatch extends Batch {
  readonly labels: Int32Array;
}

/** Draws batches from one side. */
class Sampler {
  readonly matrix: Matrix;
  /** All rows, in their order. */
  readonly #all: LabelledBatch;
  /** The rows of each class that has any. */
  readonly #classes: readonly (readonly number[])[];

  constructor(
    private readonly of: Batch['of'],
    { values, labels }: TrainingSet,
    { dimension, classes }: Pick<RetrainPyTask, 'dimension' | 'classes'>,
  ) {
    if (values.length !== labels.length * dimension)
      throw new RangeError(`${values.length} values are not ${labels.length} rows of ${dimension}`);
    if (!labels.every((label) => label >= 0 && label < classes))
      throw new RangeError(`A label is not one of the ${classes} classes`);
    const byClass = Array.from({ length: classes }, (): number[] => []);
    labels.forEach((label, row) => byClass[label]?.push(row));
    this.#classes = byClass.filter((rows) => rows.length > 0);
    this.#all = { of, rows: Int32Array.from(labels.keys()), labels };
    this.matrix = { rows: labels.length, columns: dimension, data: values };
  }

  /** `count` images, or the whole side for a negative one. */
  draw(count: number, random: Random): LabelledBatch {
    if (count < 0) return this.#all;
    const rows = Int32Array.from({ length: count }, () => {
      const own = this.#classes[Math.floor(random() * this.#classes.length)] ?? [];
      return own[Math.floor(random() * own.length)] ?? 0;
    });
    return { of: this.of, rows, labels: rows.map((row) => this.#all.labels[row] as number) };
  }
}

/** Normal numbers (Box and Muller), drawn again beyond two deviations, as TensorFlow's truncated_normal. */
function truncatedNormal(random: Random): number {
  for (;;) {
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    if (Math.abs(normal) <= 2) return normal;
  }
}

function isBetter({ validation }: Epoch, leading: Epoch): boolean {
  if (validation === null || leading.validation === null) return true;
  return validation.accuracy >= leading.validation.accuracy;
}
