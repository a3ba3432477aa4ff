import { setImmediate as yieldToEvents } from 'node:timers/promises';
import { throwIfAborted, type Report } from '../base';
import { addScaled, dot, multiplyBy } from './lbfgs';
import type { Product } from './matrix';
import { measure, type Measures } from './softmaxLoss';
import { spaceOf, type Logits } from './space';
import { checkedMatrix, type Epoch, type SoftmaxTask } from './trainSoftmax';
import type { Head } from './head';

export interface RidgeDescentTask extends Pick<
  SoftmaxTask,
  'training' | 'validation' | 'dimension' | 'classes' | 'imageWeights' | 'maxEpochs'
> {
  /** Weight of the L2 penalty; see `ridgeSystem`. */
  readonly penalty: number;
  /** What scores are divided by where a cross-entropy is taken of them; nothing else hangs on it. */
  readonly temperature: number;
  /** The descent ends where an epoch lowers the objective by less than this part of it. */
  readonly tolerance: number;
}

/**
 * Comes to the ridge classifier of `ridgeSystem` step by step, from zero, by the method of conjugate gradients (Golub
 * and Van Loan, "Matrix Computations", 2013, algorithm 11.3.3): one product with the training images an epoch in
 * float32, so that any number of them can be trained on, and a curve to look at. The classes take their steps
 * together: they differ in their targets, not in the matrix. Nothing is random. Its head gives scores; it is that of
 * the last epoch. Reports each epoch, and lets the event loop run between two of them.
 * @throws RangeError where shapes disagree; the signal's reason once aborted
 */
export async function descendRidge(
  task: RidgeDescentTask,
  product: Product,
  { signal, report }: { signal?: AbortSignal | undefined; report?: Report<Epoch> | undefined } = {},
): Promise<{ head: Head; curve: Epoch[] }> {
  const { classes, penalty, temperature, tolerance, imageWeights } = task;
  const { labels } = task.training;
  const training = checkedMatrix(task.training, task);
  const validation = task.validation?.labels.length ? checkedMatrix(task.validation, task) : undefined;
  if (training.rows === 0) throw new RangeError('There is no image to train on');
  const space = await spaceOf(training, validation, classes, product);

  const position = new Float64Array(space.length);
  const scores = await space.logits(position);
  const squares = new Squares(labels, classes, imageWeights);
  const curve: Epoch[] = [];
  const record = (): void => {
    const epoch = {
      epoch: curve.length,
      training: measureScores(scores.training, labels, classes, temperature),
      validation:
        task.validation && scores.validation
          ? measureScores(scores.validation, task.validation.labels, classes, temperature)
          : null,
    };
    curve.push(epoch);
    report?.(epoch);
  };
  record();

  /** Minus half of the gradient of the objective. */
  const descent = async (): Promise<Float64Array> => {
    const downwards = await space.gradient(squares.residual);
    space.addWeights(downwards, -penalty, position);
    return downwards;
  };
  squares.take(scores.training);
  let downwards = await descent();
  const direction = downwards.slice();
  let steepness = space.inner(downwards, downwards);
  while (curve.length <= task.maxEpochs && steepness > 0) {
    throwIfAborted(signal);
    const change = await space.logits(direction);
    const curvature = squares.weigh(change.training) + penalty * space.innerOfWeights(direction, direction);
    const step = steepness / curvature;
    addScaled(position, step, direction);
    advance(scores, step, change);
    squares.take(scores.training);
    record();
    const objective = squares.sum + penalty * space.innerOfWeights(position, position);
    if (step * steepness < tolerance * objective) break;
    downwards = await descent();
    const next = space.inner(downwards, downwards);
    multiplyBy(direction, next / steepness);
    addScaled(direction, 1, downwards);
    steepness = next;
    await yieldToEvents();
  }
  throwIfAborted(signal);
  return { head: await space.head(position), curve };
}

/** The weighted squares of scores [n, C] that miss their targets, +1 for the class of an image and -1 for the others. */
class Squares {
  /** Of the scores taken last: weight times (target - score), [n, C]. */
  readonly residual: Float64Array;
  /** Of the scores taken last: the weighted sum of the squares of what they miss. */
  sum = 0;

  constructor(
    private readonly labels: Int32Array,
    private readonly classes: number,
    private readonly weights: Float64Array | undefined,
  ) {
    this.residual = new Float64Array(labels.length * classes);
  }

  take(scores: Float64Array): void {
    const { classes, labels, residual } = this;
    let sum = 0;
    for (let row = 0; row < labels.length; row++) {
      const weight = this.weights === undefined ? 1 : (this.weights[row] as number);
      const start = row * classes;
      const truth = start + (labels[row] as number);
      for (let i = start; i < start + classes; i++) {
        const miss = (i === truth ? 1 : -1) - (scores[i] as number);
        residual[i] = weight * miss;
        sum += weight * miss * miss;
      }
    }
    this.sum = sum;
  }

  /** The weighted sum of squares of what a step of 1 adds to the scores. */
  weigh(change: Float64Array): number {
    const { classes, weights } = this;
    if (weights === undefined) return dot(change, change, 0, 0, change.length);
    return weights.reduce(
      (sum, weight, row) => sum + weight * dot(change, change, row * classes, row * classes, classes),
      0,
    );
  }
}

function advance(scores: Logits, step: number, change: Logits): void {
  addScaled(scores.training, step, change.training);
  if (scores.validation && change.validation) addScaled(scores.validation, step, change.validation);
}

function measureScores(
  scores: Float64Array,
  labels: Int32Array,
  classes: number,
  temperature: number,
): Measures {
  const logits = scores.slice();
  multiplyBy(logits, 1 / temperature);
  return measure(logits, labels, classes);
}
