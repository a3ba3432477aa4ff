import type { HiddenSettings } from '../models';
import { balancedWeights, onRawValues } from '../training';
import { calibrate } from './calibrate';
import type { JobContext } from './context';
import { secondsSince, type FilledDataset } from './fillCache';
import type { RetrainProgress } from './results';
import { scaleBoth, type Sides, type TrainedRun } from './trainedRun';
import { trainHidden } from './trainHidden';

/** Where there are too few validation images to calibrate by, its probabilities stay as training left them. */
export async function hidden(
  { backbone: { dimension }, runtime }: FilledDataset,
  classes: number,
  {
    training,
    validation,
    scaling,
    hidden: settings,
    settings: { seed, classWeights },
  }: Sides & { readonly hidden: HiddenSettings },
  { signal, stop, report }: JobContext<RetrainProgress>,
): Promise<TrainedRun> {
  const started = performance.now();
  scaleBoth(training, validation, scaling);
  const { trained, curve, bestEpoch, ended } = await trainHidden(
    {
      training,
      validation,
      dimension,
      classes,
      seed,
      settings,
      imageWeights: classWeights && balancedWeights(training.labels, classes),
      groups: training.rows.map(({ sha256 }) => sha256),
    },
    runtime.multiply,
    {
      signal,
      stop,
      report: (epoch) => report({ kind: 'training', unit: 'epoch', epoch, maxEpochs: settings.passes }),
    },
  );
  const calibrated = await calibrate(trained, validation, runtime.multiply);
  const epochs = curve.length - 1;
  const seconds = secondsSince(started);
  report({ kind: 'trained', unit: 'epoch', epochs, bestEpoch, seconds });
  return {
    head: onRawValues(calibrated.head, scaling),
    training: { kind: 'iterative', unit: 'epoch', epochs, bestEpoch, ended, seconds, curve },
    calibration: calibrated.calibration,
  };
}
