import { balancedWeights, fitRidge, onRawValues } from '../training';
import { calibrate } from './calibrate';
import type { JobContext } from './context';
import { secondsSince, type FilledDataset } from './fillCache';
import type { LabelledRows } from './labelledRows';
import type { RetrainProgress } from './results';
import { scaleBoth, type Sides, type TrainedRun } from './trainedRun';

/**
 * The penalty is chosen by leave-one-out over the training images. Views of them have no part in that, for they would
 * give an image away; the head is then fitted to both. Where it was chosen on some of the images, a head fitted to all
 * may be surer of itself: its temperature is fitted to validation, if there is enough of that.
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
  const { head, penalty, temperature, trials, chosenOn, curve } = await fitRidge(
    {
      training: originals,
      validation: validation.rows.length > 0 ? validation : null,
      dimension,
      classes,
      penalties,
      imageWeights,
      ...(training.rows.length > originals.rows.length && {
        fitted: { training, imageWeights: weightsOf(training, imageWeights) },
      }),
    },
    runtime,
    {
      signal,
      report: (epoch) => report({ kind: 'descending', epoch }),
      reportTrial: (trial) => report({ kind: 'penaltyTried', trial }),
    },
  );
  const linear = { kind: 'linear', head } as const;
  const images = originals.rows.length;
  const again =
    chosenOn < images
      ? await calibrate(linear, validation, runtime.multiply)
      : { head: linear, calibration: null };
  const all = temperature * (again.calibration?.temperature ?? 1);
  const seconds = secondsSince(started);
  report({ kind: 'solved', solution: { kind: 'ridge', penalty }, seconds });
  return {
    head: onRawValues(again.head, scaling),
    training: { kind: 'ridge', curve, penalty, temperature: all, trials, chosenOn, seconds },
    calibration: again.calibration
      ? { ...again.calibration, temperature: all }
      : { temperature, on: 'leave-one-out', images: chosenOn },
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
