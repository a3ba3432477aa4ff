import { RetrainError } from '../base';
import type { CachedImage } from '../bottlenecks';
import { crossValidate, type CrossValidation, type CrossValidationTask } from '../evaluation';
import { logitsOf, scaleInPlace, takeScaling, type Scaling } from '../training';
import type { JobContext } from './context';
import type { HeadKind } from './crossValidationResults';
import type { FilledDataset, ReadRows } from './fillCache';
import { headTrainer } from './headTrainers';
import { labelledRows, type LabelledRows } from './labelledRows';
import { foldTrainerAsSet, type TrainingAsSet } from './trainingAsSet';

interface ScaledImages {
  readonly labels: readonly string[];
  readonly scaling: Scaling;
  readonly images: LabelledRows;
}

/**
 * Every fold has a picture of its own, and every training two.
 * @throws TOO_FEW_FOR_FOLDS
 */
export function checkFolds(
  rows: readonly Pick<CachedImage, 'sha256'>[],
  folds: number,
  folder: string,
): void {
  const count = new Set(rows.map(({ sha256 }) => sha256)).size;
  if (count < folds || count - Math.ceil(count / folds) < 2)
    throw new RetrainError('TOO_FEW_FOR_FOLDS', { path: folder, count, folds });
}

/** All images of a dataset, whatever side they have in a run, with their values scaled in place. */
export function scaledImages(
  { backbone: { dimension, scaling } }: Pick<FilledDataset, 'backbone'>,
  read: ReadRows,
): ScaledImages {
  const labels = [...new Set(read.rows.map(({ image }) => image.label))];
  const images = labelledRows(read, labels);
  const taken = scaling ?? takeScaling(images.values, dimension);
  scaleInPlace(images.values, taken);
  return { labels, images, scaling: taken };
}

type FoldOptions = Parameters<typeof crossValidate>[2] & { readonly signal: AbortSignal };

interface Dealing {
  readonly folds: number;
  readonly repeats: number;
  readonly seed: number;
  /** As in `headTrainer`. */
  readonly balanced: boolean;
}

/** Every image answered by a head of this kind that was trained on the other folds; identical pictures are in one. */
export async function crossValidateHead(
  kind: HeadKind,
  { backbone: { dimension }, runtime }: Pick<FilledDataset, 'backbone' | 'runtime'>,
  { labels, images }: ScaledImages,
  dealing: Dealing,
  options: FoldOptions,
): Promise<CrossValidation> {
  const classes = labels.length;
  const { seed, balanced } = dealing;
  const train = headTrainer(kind, { classes, dimension, seed, balanced, runtime });
  return await crossValidate(
    taskOf(images, classes, dealing),
    async (training, values, n) =>
      logitsOf(await train(training, options.signal), values, n, runtime.multiply),
    options,
  );
}

/** The same of the head that the settings have, in their own training. */
export async function crossValidateAsSet(
  settings: TrainingAsSet,
  filled: Pick<FilledDataset, 'backbone' | 'runtime'>,
  { labels, images, scaling }: ScaledImages,
  dealing: Omit<Dealing, 'balanced'>,
  options: FoldOptions & Pick<JobContext<never>, 'stop'>,
): Promise<CrossValidation> {
  const classes = labels.length;
  const train = foldTrainerAsSet(settings, filled, images, { classes, scaling }, options);
  return await crossValidate(taskOf(images, classes, dealing), train, options);
}

function taskOf(
  images: LabelledRows,
  classes: number,
  { folds, repeats, seed }: Omit<Dealing, 'balanced'>,
): CrossValidationTask {
  const groups = images.rows.map(({ sha256 }) => sha256);
  return { set: images, classes, groups, folds, repeats, seed };
}
