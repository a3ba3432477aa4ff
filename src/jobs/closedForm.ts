import { onRawValues, trainCentroid, trainNeighbours } from '../training';
import type { JobContext } from './context';
import { secondsSince, type FilledDataset } from './fillCache';
import { checkHeadSize } from './headTrainers';
import type { RetrainProgress } from './results';
import { scaleBoth, type Sides, type TrainedRun } from './trainedRun';

/** The heads that come out at once, without a curve. */

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
  checkHeadSize('neighbours', training.rows.length, dimension);
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
    head: onRawValues({ kind: 'linear', head }, scaling),
    training: { kind: 'centroid', temperature, seconds },
    calibration: { temperature, on: 'leave-one-out', images: originals.rows.length },
  };
}
