import type { RunCalibration, RunSettings, RunTraining } from '../models';
import {
  balancedWeights,
  fold,
  scaleInPlace,
  stepsOf,
  trainRetrainPy,
  trainRidge,
  trainSoftmax,
  trainStepped,
  unfold,
  type Continuation,
  type CurveUnit,
  type Head,
  type Optimizer,
  type Scaling,
  type Trained,
  type TrainingOptions,
} from '../training';
import { calibrate } from './calibrate';
import type { JobContext } from './context';
import { secondsSince, type FilledDataset } from './fillCache';
import type { LabelledRows } from './labelledRows';
import type { RetrainProgress } from './results';

interface Sides {
  /** The images of the training side, and behind them views of them, if any. */
  readonly training: LabelledRows;
  /** The images alone; the same values. */
  readonly originals: LabelledRows;
  readonly validation: LabelledRows;
  readonly scaling: Scaling;
  readonly settings: RunSettings;
  /** A training to go on with, of the same optimizer; its heads take raw values. */
  readonly continued?: Continuation | undefined;
}

interface TrainedRun {
  /** Takes raw values. */
  readonly head: Head;
  readonly training: RunTraining;
  readonly calibration: RunCalibration | null;
  /** Where its training ended, on raw values; undefined where there is nothing to go on with. */
  readonly last?: Head | undefined;
}

/**
 * Trains a head for raw values. On return the values of both sides are scaled, in place: a copy of a large dataset
 * would not fit beside it.
 */
export async function trainHead(
  filled: FilledDataset,
  classes: number,
  sides: Sides,
  context: JobContext<RetrainProgress>,
): Promise<TrainedRun> {
  const { head } = sides.settings;
  switch (head.kind) {
    case 'softmax':
      return iterative(filled, classes, { ...sides, optimizer: head.optimizer }, context);
    case 'ridge':
      return ridge(filled, classes, { ...sides, penalties: head.penalties }, context);
  }
}

async function iterative(
  { backbone, runtime }: FilledDataset,
  classes: number,
  {
    training,
    validation,
    scaling,
    optimizer,
    continued,
    settings: { seed, classWeights },
  }: Sides & { readonly optimizer: Optimizer },
  { signal, stop, report }: JobContext<RetrainProgress>,
): Promise<TrainedRun> {
  const started = performance.now();
  const [unit, maxEpochs]: [CurveUnit, number] =
    optimizer.kind === 'l-bfgs' ? ['epoch', optimizer.maxEpochs] : ['step', optimizer.steps];
  const task = {
    training,
    validation: validation.rows.length > 0 ? validation : null,
    dimension: backbone.dimension,
    classes,
  };
  const options: TrainingOptions = {
    signal,
    stop,
    report: (epoch) => report({ kind: 'training', unit, epoch, maxEpochs }),
  };
  for (const epoch of continued?.curve ?? []) options.report?.(epoch);
  const scaled = async (
    trainScaled: (shared: {
      from: Continuation | undefined;
      imageWeights: Float64Array | undefined;
    }) => Promise<Trained>,
  ): Promise<Trained & Pick<TrainedRun, 'calibration'>> => {
    scaleBoth(training, validation, scaling);
    const result = await trainScaled({
      from: continued && {
        ...continued,
        best: unfold(continued.best, scaling),
        last: unfold(continued.last, scaling),
      },
      imageWeights: classWeights && balancedWeights(training.labels, classes),
    });
    const calibrated = calibrate(result.head, validation);
    // The folded head is the one that is measured and saved.
    return {
      ...result,
      ...calibrated,
      head: fold(calibrated.head, scaling),
      last: fold(result.last, scaling),
    };
  };
  const train = async (): Promise<Trained & Pick<TrainedRun, 'calibration'>> => {
    switch (optimizer.kind) {
      case 'l-bfgs': {
        const { l2, labelSmoothing } = optimizer;
        return await scaled((shared) =>
          trainSoftmax({ ...task, ...shared, l2, maxEpochs, labelSmoothing }, runtime.multiply, options),
        );
      }
      case 'adam':
      case 'sgd':
        return await scaled((shared) =>
          trainStepped({ ...task, ...shared, seed, optimizer }, runtime.multiply, options),
        );
      case 'retrain.py': {
        const result = await trainRetrainPy(
          { ...task, seed, optimizer, from: continued },
          runtime.multiply,
          options,
        );
        scaleBoth(training, validation, scaling);
        // Its probabilities stay those of retrain.py.
        return { ...result, calibration: null };
      }
    }
  };
  const { head, curve, bestEpoch, calibration, ended, last } = await train();
  // The first of the epochs is the start, where nothing was trained; of the steps, one.
  const epochs = unit === 'epoch' ? curve.length - 1 : stepsOf(curve);
  const seconds = secondsSince(started);
  report({ kind: 'trained', unit, epochs, bestEpoch, seconds });
  return {
    head,
    training: { kind: 'iterative', unit, epochs, bestEpoch, ended, seconds, curve },
    calibration,
    ...(ended !== 'converged' && { last }),
  };
}

/**
 * Validation has no part in it: the penalty is chosen by leave-one-out over the training images. Views of them have no
 * part in that, for they would give an image away; the head is then fitted to both.
 */
async function ridge(
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
  report({ kind: 'solved', penalty, seconds });
  return {
    head: fold(head, scaling),
    training: { kind: 'ridge', penalty, temperature, trials, seconds },
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

function scaleBoth(training: LabelledRows, validation: LabelledRows, scaling: Scaling): void {
  for (const { values } of [training, validation]) scaleInPlace(values, scaling);
}
