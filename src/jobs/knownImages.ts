import { familiarity, novelty, noveltyThreshold } from '../evaluation';
import type { KnownImages } from '../models';
import { scale, type Scaling } from '../training';
import type { FilledDataset } from './fillCache';
import type { LabelledRows } from './labelledRows';

/** The share of known images that may be called unknown. */
const refused = 0.01;
/**
 * Below so many images of known novelty nothing is called unknown: of new images like n known ones, 1 in n + 1 is above
 * them all by chance.
 */
const fewest = 20;

interface ScaledSides {
  readonly training: LabelledRows;
  readonly validation: LabelledRows;
  readonly scaling: Scaling;
}

/**
 * How a run tells what is like nothing it was trained on: the class means of the training images, and the novelty that
 * few of the known ones exceed, training images each without itself and validation images. The values are scaled.
 * Null where there are too few images to say.
 */
export async function knownImages(
  { training, validation, scaling }: ScaledSides,
  classes: number,
  { multiply }: Pick<FilledDataset['runtime'], 'multiply'>,
): Promise<KnownImages | null> {
  const dimension = scaling.mean.length;
  const { directions, novelties } = await familiarity(training, dimension, classes, multiply);
  const others = novelty(validation.values, directions, dimension);
  const all = new Float64Array(novelties.length + others.length);
  all.set(novelties);
  all.set(others, novelties.length);
  if (all.length < fewest) return null;
  const threshold = Math.max(0, noveltyThreshold(all, refused));
  return { threshold, images: all.length, scaling, directions: Float32Array.from(directions) };
}

/** Whether each of the images with raw values [n, D] is unlike all that a run knows. */
export function unknownAmong(known: KnownImages, values: Float32Array): boolean[] {
  const dimension = known.scaling.mean.length;
  const noveltyOf = noveltyTo(known);
  return Array.from(
    { length: values.length / dimension },
    (_, image) => noveltyOf(values.subarray(image * dimension, (image + 1) * dimension)) > known.threshold,
  );
}

/** How novel images of raw values are to a run. */
export function noveltyTo({ scaling, directions }: KnownImages): (values: Float32Array) => number {
  const wide = Float64Array.from(directions);
  return (values) => novelty(scale(values, scaling), wide, scaling.mean.length)[0] ?? 0;
}
