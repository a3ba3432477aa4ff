import type { HiddenSettings, RunSettings } from '../models';
import { balancedWeights, onRawValues, placeOf, type Epoch } from '../training';
import { calibrate } from './calibrate';
import type { JobContext } from './context';
import { secondsSince, type FilledDataset } from './fillCache';
import type { RetrainProgress } from './results';
import { scaleBoth, type Continued, type Sides, type TrainedRun } from './trainedRun';
import { trainHidden } from './trainHidden';

type HiddenSides = Pick<Sides, 'training' | 'validation' | 'scaling'> & {
  readonly settings: Pick<RunSettings, 'seed' | 'classWeights'>;
  readonly hidden: HiddenSettings;
  readonly continued?: Continued | undefined;
};

/** Where there are too few validation images to calibrate by, its probabilities stay as training left them. */
export async function hidden(
  { backbone: { dimension }, runtime }: Pick<FilledDataset, 'backbone' | 'runtime'>,
  classes: number,
  {
    training,
    validation,
    scaling,
    hidden: settings,
    continued,
    settings: { seed, classWeights },
  }: HiddenSides,
  { signal, stop, report }: Pick<JobContext<RetrainProgress>, 'signal' | 'stop' | 'report'>,
): Promise<TrainedRun> {
  const started = performance.now();
  scaleBoth(training, validation, scaling);
  const progress = (epoch: Epoch) =>
    report({ kind: 'training', unit: 'epoch', epoch, maxEpochs: settings.passes });
  for (const epoch of continued?.curve ?? []) progress(epoch);
  const { trained, curve, bestEpoch, ended, state } = await trainHidden(
    {
      training,
      validation,
      dimension,
      classes,
      seed,
      settings,
      imageWeights: classWeights && balancedWeights(training.labels, classes),
      groups: training.rows.map(({ sha256 }) => sha256),
      ...(continued?.kind === 'state' && { from: continued }),
    },
    runtime.multiply,
    { signal, stop, report: progress },
  );
  const calibrated = await calibrate(trained, validation, runtime.multiply);
  const epochs = curve.length - 1;
  const seconds = secondsSince(started);
  report({ kind: 'trained', unit: 'epoch', epochs, bestEpoch, seconds });
  return {
    head: onRawValues(calibrated.head, scaling),
    training: {
      kind: 'iterative',
      unit: 'epoch',
      epochs,
      bestEpoch,
      ended,
      seconds,
      curve,
      state: placeOf(state),
    },
    calibration: calibrated.calibration,
    resumption: { kind: 'state', state, scaling },
  };
}
