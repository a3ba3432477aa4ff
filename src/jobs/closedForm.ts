import { RetrainError } from '../base';
import { mostNeighbourBytes, neighbourBytes } from '../models';
import { balancedWeights, fold, onRawValues, trainCentroid, trainNeighbours, trainRidge } from '../training';
import type { JobContext } from './context';
import { secondsSince, type FilledDataset } from './fillCache';
import type { LabelledRows } from './labelledRows';
import type { RetrainProgress } from './results';
import { scaleBoth, type Sides, type TrainedRun } from './trainedRun';

/** The heads that come out at once, without a curve. */

/**
 * Validation has no part in it: the penalty is chosen by leave-one-out over the training images. Views of them have no
 * part in that, for they would give an image away; the head is then fitted to both.
 */
export async function ridge(
  { backbone: { dimension }, runtime }: FilledDataset,
  classes: number,
  {
    training,
    originals,
    validation,
    scaling,
    penalties,
    settings: { classWeights },
  }: Sides & { readonly penalties: readonly number[] },
  { signal, report }: JobContext<RetrainProgress>,
): Promise<TrainedRun> {
  const started = performance.now();
  scaleBoth(training, validation, scaling);
  const imageWeights = classWeights && balancedWeights(originals.labels, classes);
  const { head, penalty, temperature, trials } = await trainRidge(
    {
      training: originals,
      dimension,
      classes,
      penalties,
      imageWeights,
      ...(training.rows.length > originals.rows.length && {
        fitted: { training, imageWeights: weightsOf(training, imageWeights) },
      }),
    },
    runtime.multiply64,
    { signal, report: (trial) => report({ kind: 'penaltyTried', trial }) },
  );
  const seconds = secondsSince(started);
  report({ kind: 'solved', solution: { kind: 'ridge', penalty }, seconds });
  return {
    head: { kind: 'linear', head: fold(head, scaling) },
    training: { kind: 'ridge', penalty, temperature, trials, seconds },
    calibration: { temperature, on: 'leave-one-out', images: originals.rows.length },
  };
}

/**
 * Views vote beside the images, but leave-one-out, by which k and the temperature are chosen, asks about the images
 * alone and lets no image vote on itself, nor on a twin or a view of it.
 * @throws NEIGHBOURS_TOO_LARGE
 */
export async function neighbours(
  { backbone: { dimension }, runtime }: FilledDataset,
  classes: number,
  {
    training,
    originals,
    validation,
    scaling,
    candidates,
  }: Sides & { readonly candidates: readonly number[] },
  { signal, report }: JobContext<RetrainProgress>,
): Promise<TrainedRun> {
  const rows = training.rows.length;
  if (neighbourBytes(rows, dimension) > mostNeighbourBytes)
    throw new RetrainError('NEIGHBOURS_TOO_LARGE', {
      count: rows,
      size: Math.ceil(neighbourBytes(rows, dimension) / 2 ** 20),
      limit: mostNeighbourBytes / 2 ** 20,
    });
  const started = performance.now();
  scaleBoth(training, validation, scaling);
  const asked = originals.rows.length;
  const result = await trainNeighbours(
    {
      training,
      dimension,
      classes,
      candidates,
      asked,
      groups: training.rows.map(({ sha256 }) => sha256),
    },
    runtime.multiply,
    {
      signal,
      compared: ({ done, of }) => report({ kind: 'neighboursCompared', done, of }),
      report: (trial) => report({ kind: 'neighboursTried', trial }),
    },
  );
  const { k, temperature } = result.neighbours;
  const seconds = secondsSince(started);
  report({ kind: 'solved', solution: { kind: 'neighbours', k }, seconds });
  return {
    head: onRawValues({ kind: 'neighbours', neighbours: result.neighbours }, scaling),
    training: { kind: 'neighbours', k, temperature, trials: result.trials, seconds },
    calibration: { temperature, on: 'leave-one-out', images: asked },
  };
}

/** The temperature is fitted to the images alone, the means are those of the images and their views. */
export async function centroid(
  { backbone: { dimension }, runtime }: FilledDataset,
  classes: number,
  { training, originals, validation, scaling }: Sides,
  { signal, report }: JobContext<RetrainProgress>,
): Promise<TrainedRun> {
  const started = performance.now();
  scaleBoth(training, validation, scaling);
  const { head, temperature } = await trainCentroid(
    { training: originals, dimension, classes, fitted: training },
    runtime.multiply,
    { signal },
  );
  const seconds = secondsSince(started);
  report({ kind: 'solved', solution: { kind: 'centroid' }, seconds });
  return {
    head: { kind: 'linear', head: fold(head, scaling) },
    training: { kind: 'centroid', temperature, seconds },
    calibration: { temperature, on: 'leave-one-out', images: originals.rows.length },
  };
}

/** What each row counts for an image to count once, or `imageWeights` [n], however many views of it there are. */
function weightsOf({ rows }: LabelledRows, imageWeights?: Float64Array): Float64Array {
  const weights = new Map<string, { image: number; rows: number }>();
  rows.forEach(({ image: { path } }, row) => {
    const known = weights.get(path);
    // The images stand before their views.
    if (known) known.rows++;
    else weights.set(path, { image: imageWeights?.[row] ?? 1, rows: 1 });
  });
  return Float64Array.from(rows, ({ image }) => {
    const known = weights.get(image.path);
    return known ? known.image / known.rows : 1;
  });
}
