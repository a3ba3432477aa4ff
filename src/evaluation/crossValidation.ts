import { seededRandom, throwIfAborted, type Report } from '../base';
import type { TrainingSet } from '../training';
import { wilson, type Interval } from './interval';
import { studentQuantile } from './student';

export interface CrossValidationTask {
  /** Scaled values [n, D] and labels [n]. */
  readonly set: TrainingSet;
  /** C */
  readonly classes: number;
  readonly folds: number;
  /** How many times the images are dealt out anew. */
  readonly repeats: number;
  readonly seed: number;
  /** Of each row, [n]: rows of one group (the same picture twice) share a fold. Absent: each row stands alone. */
  readonly groups?: readonly string[];
}

/**
 * Trains on `training`, the `rows` of the whole set, and gives the logits [n, C] of the `n` held out rows of `values`.
 * Both are copies, which it may use up.
 */
export type FoldTrainer = (
  training: TrainingSet,
  values: Float32Array,
  n: number,
  rows: readonly number[],
) => Promise<Float32Array | Float64Array>;

export interface CrossValidation {
  /** Of each repeat: the logits [n, C] of every image, from a head that was not trained on it. */
  readonly logits: readonly Float32Array[];
  /** Of each fold of each repeat. */
  readonly accuracies: readonly number[];
  readonly mean: number;
  /** 95 %, of the accuracy on new images after a training on as many. */
  readonly interval: Interval;
}

/**
 * The fold of each image, [n]: every class is dealt out in an order drawn from `seed`, and each goes on where the one
 * before has stopped, so that folds are as alike in size and in classes as can be. Rows of one of the `groups` follow
 * the first of them.
 */
export function stratifiedFolds(
  labels: Int32Array,
  classes: number,
  folds: number,
  seed: number,
  groups?: readonly string[],
): Int32Array {
  const random = seededRandom(seed);
  const keys = Float64Array.from(labels, () => random());
  const order = [...labels.keys()].sort((a, b) => (keys[a] ?? 0) - (keys[b] ?? 0));
  const result = new Int32Array(labels.length);
  const known = new Map<string, number>();
  let next = 0;
  for (let c = 0; c < classes; c++)
    for (const row of order) {
      if (labels[row] !== c) continue;
      const group = groups?.[row];
      const fold = (group === undefined ? undefined : known.get(group)) ?? next++ % folds;
      if (group !== undefined) known.set(group, fold);
      result[row] = fold;
    }
  return result;
}

/**
 * Repeated, stratified k-fold cross-validation. The folds' accuracies are not independent, for their training images
 * are nearly the same: their variance is raised for the interval as Nadeau and Bengio do it ("Inference for the
 * generalization error", 2003), by test over training images. Where all folds agree, of which nothing can be said by
 * that, it is the Wilson interval over the images.
 * @throws RangeError unless there are at least two folds with an image each; the signal's reason once aborted
 */
export async function crossValidate(
  { set, classes, folds, repeats, seed, groups }: CrossValidationTask,
  train: FoldTrainer,
  { signal, report }: { signal?: AbortSignal; report?: Report<{ done: number; total: number }> } = {},
): Promise<CrossValidation> {
  const n = set.labels.length;
  if (!(folds >= 2 && folds <= n && repeats >= 1))
    throw new RangeError(`${n} images cannot be dealt out to ${folds} folds ${repeats} times`);
  const logits: Float32Array[] = [];
  const accuracies: number[] = [];
  for (let repeat = 0; repeat < repeats; repeat++) {
    const foldOf = stratifiedFolds(set.labels, classes, folds, seed + repeat, groups);
    const answers = new Float32Array(n * classes);
    for (let fold = 0; fold < folds; fold++) {
      throwIfAborted(signal);
      const { training, held } = partFold(set, foldOf, fold);
      const scores = await train(training.set, held.set.values, held.rows.length, training.rows);
      held.rows.forEach((row, i) =>
        answers.set(scores.subarray(i * classes, (i + 1) * classes), row * classes),
      );
      const right = held.rows.filter((_, i) => likeliest(scores, i, classes) === held.set.labels[i]);
      accuracies.push(right.length / held.rows.length);
      report?.({ done: repeat * folds + fold + 1, total: repeats * folds });
    }
    logits.push(answers);
  }
  const mean = accuracies.reduce((sum, value) => sum + value, 0) / accuracies.length;
  return { logits, accuracies, mean, interval: intervalOf(accuracies, mean, { n, folds }) };
}

function intervalOf(
  accuracies: readonly number[],
  mean: number,
  { n, folds }: { n: number; folds: number },
): Interval {
  if (accuracies.every((each) => each === mean)) return wilson(Math.round(mean * n), n);
  const trials = accuracies.length;
  const variance = accuracies.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (trials - 1);
  const half = studentQuantile(trials - 1) * Math.sqrt((1 / trials + 1 / (folds - 1)) * variance);
  return { low: Math.max(0, mean - half), high: Math.min(1, mean + half) };
}

interface Part {
  /** Of the whole set. */
  readonly rows: readonly number[];
  /** Copies. */
  readonly set: TrainingSet;
}

/** The rows that `foldOf` [n] puts into `fold`, and all others. */
export function partFold(set: TrainingSet, foldOf: Int32Array, fold: number): { training: Part; held: Part } {
  return {
    training: rowsOf(set, (row) => foldOf[row] !== fold),
    held: rowsOf(set, (row) => foldOf[row] === fold),
  };
}

function rowsOf({ values, labels }: TrainingSet, chosen: (row: number) => boolean): Part {
  const dimension = values.length / labels.length;
  const rows = [...labels.keys()].filter(chosen);
  const taken = new Float32Array(rows.length * dimension);
  rows.forEach((row, i) => taken.set(values.subarray(row * dimension, (row + 1) * dimension), i * dimension));
  return { rows, set: { values: taken, labels: Int32Array.from(rows, (row) => labels[row] ?? 0) } };
}

function likeliest(scores: Float32Array | Float64Array, row: number, classes: number): number {
  let top = 0;
  for (let c = 1; c < classes; c++)
    if ((scores[row * classes + c] ?? NaN) > (scores[row * classes + top] ?? NaN)) top = c;
  return top;
}
