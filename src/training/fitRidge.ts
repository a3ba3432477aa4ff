import type { Report } from '../base';
import { descendRidge } from './ridgeDescent';
import type { Head } from './head';
import { tempered } from './temperature';
import type { Product } from './matrix';
import type { Product64 } from './matrix64';
import { chooseRidge, trainRidge, type RidgeTask, type RidgeTrial, type TrainedRidge } from './trainRidge';
import type { Epoch, SoftmaxTask, TrainingSet } from './trainSoftmax';

export interface RidgeFitTask
  extends
    Pick<SoftmaxTask, 'training' | 'validation' | 'dimension' | 'classes' | 'imageWeights'>,
    Pick<RidgeTask, 'penalties' | 'fitted'> {}

export interface FittedRidge extends Pick<TrainedRidge, 'head' | 'penalty' | 'temperature' | 'trials'> {
  /** On how many of the images penalty and temperature were chosen by leave-one-out. */
  readonly chosenOn: number;
  /** The way to the head by conjugate gradients; the last epoch is the head. */
  readonly curve: readonly Epoch[];
}

/**
 * Up to so many images the head is solved for in closed form, and its penalty and temperature are chosen by
 * leave-one-out over all of them: 0.1 s with 2,912 values. Of more, they are chosen on so many, which are enough to
 * (docs/heads.md), for the price rises with the cube.
 */
export const mostSolved = 512;

/** Of the descent: to the fourth digit of the scores where that costs little, and beyond to where no answer changes. */
const ends = {
  solved: { tolerance: 1e-6, maxEpochs: 400 },
  descended: { tolerance: 1e-3, maxEpochs: 100 },
} as const;

/**
 * The ridge head for a set of any size, with a curve. Up to `mostSolved` images `trainRidge` does it; of more,
 * `chooseRidge` takes penalty and temperature, and `descendRidge` comes to the head. `fitted` replaces `training`
 * where the head is fitted, as in `trainRidge`. Nothing is random.
 * @throws RangeError where shapes disagree, or with fewer than two images; the signal's reason once aborted
 */
export async function fitRidge(
  task: RidgeFitTask,
  { multiply, multiply64 }: { readonly multiply: Product; readonly multiply64: Product64 },
  {
    signal,
    report,
    reportTrial,
  }: { signal?: AbortSignal; report?: Report<Epoch>; reportTrial?: Report<RidgeTrial> } = {},
): Promise<FittedRidge> {
  const { dimension, classes, validation, penalties, fitted } = task;
  const sizes = { dimension, classes, ...(penalties && { penalties }) };
  const sample = evenSample(task, dimension);
  const { training, imageWeights } = fitted ?? task;
  const isSolved = training.labels.length <= mostSolved;
  const options = { signal, report: reportTrial };
  const chosen = isSolved
    ? await trainRidge({ ...sample, ...sizes, ...(fitted && { fitted }) }, multiply64, options)
    : await chooseRidge({ ...sample, ...sizes }, multiply64, options);
  const { penalty, temperature, trials } = chosen;
  const { head, curve } = await descendRidge(
    {
      ...{ training, validation, dimension, classes, imageWeights, penalty, temperature },
      ...(isSolved ? ends.solved : ends.descended),
    },
    multiply,
    { signal, report },
  );
  return {
    head: 'head' in chosen ? chosen.head : tempered(head, temperature),
    penalty,
    temperature,
    trials,
    chosenOn: sample.training.labels.length,
    curve,
  };
}

/** The head that `fitRidge` gives, where nobody looks at its curve: one that is solved for needs no way to it. */
export async function fitRidgeHead(
  task: Omit<RidgeFitTask, 'validation' | 'fitted'>,
  runtime: Parameters<typeof fitRidge>[1],
  options: { readonly signal: AbortSignal },
): Promise<Head> {
  const fitted =
    task.training.labels.length <= mostSolved
      ? await trainRidge(task, runtime.multiply64, options)
      : await fitRidge({ ...task, validation: null }, runtime, options);
  return fitted.head;
}

interface Rows {
  readonly training: TrainingSet;
  readonly imageWeights?: Float64Array | undefined;
}

/** Up to `mostSolved` of the images, as many of each class as its share, far from each other in the order they have. */
function evenSample(all: Rows, dimension: number): Rows {
  const { values, labels } = all.training;
  const n = labels.length;
  if (n <= mostSolved) return all;
  const byLabel = [...labels.keys()].sort((a, b) => (labels[a] as number) - (labels[b] as number) || a - b);
  const kept = Array.from(
    { length: mostSolved },
    (_, i) => byLabel[Math.floor((i * n) / mostSolved)] as number,
  );
  const sample = new Float32Array(kept.length * dimension);
  kept.forEach((row, i) =>
    sample.set(values.subarray(row * dimension, (row + 1) * dimension), i * dimension),
  );
  const { imageWeights } = all;
  return {
    training: { values: sample, labels: Int32Array.from(kept, (row) => labels[row] as number) },
    imageWeights: imageWeights && Float64Array.from(kept, (row) => imageWeights[row] as number),
  };
}
