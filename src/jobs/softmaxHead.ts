import type { RunSettings, RunTraining } from '../models';
import {
  balancedWeights,
  chooseSoftmax,
  fold,
  onRawValues,
  stepsOf,
  trainRetrainPy,
  trainSoftmax,
  trainStepped,
  unfold,
  type Continuation,
  type CurveUnit,
  type LbfgsOptimizer,
  type Optimizer,
  type Product,
  type SoftmaxTask,
  type Trained,
  type TrainingOptions,
} from '../training';
import { calibrate } from './calibrate';
import type { JobContext } from './context';
import { secondsSince, type FilledDataset } from './fillCache';
import type { RetrainProgress } from './results';
import { scaleBoth, type Sides, type TrainedRun } from './trainedRun';

type SoftmaxSides = Pick<Sides, 'training' | 'validation' | 'scaling'> & {
  readonly settings: Pick<RunSettings, 'seed' | 'classWeights'>;
  readonly optimizer: Optimizer;
  readonly continued?: Continuation | undefined;
};

type Chosen = Pick<Extract<RunTraining, { kind: 'iterative' }>, 'regularisation'>;
type TrainedSoftmax = Omit<Trained, 'head'> & Omit<TrainedRun, 'training' | 'last'> & Chosen;

/** Trains a softmax regression under any optimizer. */
export async function softmax(
  { backbone, runtime }: Pick<FilledDataset, 'backbone' | 'runtime'>,
  classes: number,
  { training, validation, scaling, optimizer, continued, settings: { seed, classWeights } }: SoftmaxSides,
  { signal, stop, report }: Pick<JobContext<RetrainProgress>, 'signal' | 'stop' | 'report'>,
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
    }) => Promise<Trained & Chosen>,
  ): Promise<TrainedSoftmax> => {
    scaleBoth(training, validation, scaling);
    const result = await trainScaled({
      from: continued && {
        ...continued,
        best: unfold(continued.best, scaling),
        last: unfold(continued.last, scaling),
      },
      imageWeights: classWeights && balancedWeights(training.labels, classes),
    });
    const linear = { kind: 'linear', head: result.head } as const;
    const calibrated = await calibrate(linear, validation, runtime.multiply);
    // The folded head is the one that is measured and saved.
    return {
      ...result,
      ...calibrated,
      head: onRawValues(calibrated.head, scaling),
      last: fold(result.last, scaling),
    };
  };
  const train = async (): Promise<TrainedSoftmax> => {
    switch (optimizer.kind) {
      case 'l-bfgs':
        return await scaled((shared) =>
          regularised({ ...task, ...shared, maxEpochs }, optimizer, runtime.multiply, options),
        );
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
        return { ...result, head: { kind: 'linear', head: result.head }, calibration: null };
      }
    }
  };
  const { head, curve, bestEpoch, calibration, ended, last, regularisation } = await train();
  // The first of the epochs is the start, where nothing was trained; of the steps, one.
  const epochs = unit === 'epoch' ? curve.length - 1 : stepsOf(curve);
  const seconds = secondsSince(started);
  report({ kind: 'trained', unit, epochs, bestEpoch, seconds });
  return {
    head,
    training: {
      kind: 'iterative',
      unit,
      epochs,
      bestEpoch,
      ended,
      seconds,
      curve,
      ...(regularisation && { regularisation }),
    },
    calibration,
    ...(ended !== 'converged' && { last }),
  };
}

/** Under the penalty that is fixed, or that validation chooses where there is any. */
async function regularised(
  task: Omit<SoftmaxTask, 'l2'>,
  { l2, labelSmoothing, penalties: [first, ...others] = [] }: LbfgsOptimizer,
  product: Product,
  options: TrainingOptions,
): Promise<Trained & Chosen> {
  const smoothed = { ...task, labelSmoothing };
  if (first === undefined || task.validation === null)
    return await trainSoftmax({ ...smoothed, l2 }, product, options);
  const {
    trials,
    l2: taken,
    ...trained
  } = await chooseSoftmax({ ...smoothed, penalties: [first, ...others] }, product, options);
  return { ...trained, regularisation: { l2: taken, trials } };
}
