import { RetrainError } from '../base';
import type { CachedImage } from '../bottlenecks';
import { crossValidate, type CrossValidation } from '../evaluation';
import { logitsOf, scaleInPlace, takeScaling } from '../training';
import type { HeadKind } from './crossValidationResults';
import type { FilledDataset, ReadRows } from './fillCache';
import { headTrainer } from './headTrainers';
import { labelledRows, type LabelledRows } from './labelledRows';

interface ScaledImages {
  readonly labels: readonly string[];
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
  scaleInPlace(images.values, scaling ?? takeScaling(images.values, dimension));
  return { labels, images };
}

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
  options: Parameters<typeof crossValidate>[2] & { readonly signal: AbortSignal },
): Promise<CrossValidation> {
  const classes = labels.length;
  const { seed, balanced } = dealing;
  const train = headTrainer(kind, { classes, dimension, seed, balanced, runtime });
  const groups = images.rows.map(({ sha256 }) => sha256);
  return await crossValidate(
    { set: images, classes, groups, ...dealing },
    async (training, values, n) =>
      logitsOf(await train(training, options.signal), values, n, runtime.multiply),
    options,
  );
}
