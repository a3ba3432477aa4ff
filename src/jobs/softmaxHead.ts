import type { RunSettings, RunTraining } from '../models';
import {
  balancedWeights,
  chooseSoftmax,
  fold,
  onRawValues,
  placeOf,
  stepsOf,
  trainRetrainPy,
  trainSoftmax,
  trainStepped,
  unfold,
  withoutState,
  type Continuation,
  type CurveUnit,
  type GradientState,
  type Head,
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
import { scaleBoth, type Continued, type Sides, type Snapshots, type TrainedRun } from './trainedRun';

type SoftmaxSides = Pick<Sides, 'training' | 'validation' | 'scaling'> & {
  readonly settings: Pick<RunSettings, 'seed' | 'classWeights'>;
  readonly optimizer: Optimizer;
  readonly continued?: Continued | undefined;
  readonly snapshots?: Snapshots | undefined;
};

type Chosen = Pick<Extract<RunTraining, { kind: 'iterative' }>, 'regularisation'>;
/** On scaled values. */
type Ended = Omit<Trained, 'last'> & Chosen & ({ readonly last: Head } | { readonly state: GradientState });
type TrainedSoftmax = Omit<Trained, 'head' | 'last'> & Omit<TrainedRun, 'training'> & Chosen;

/** Trains a softmax regression under any optimizer. */
export async function softmax(
  { backbone, runtime }: Pick<FilledDataset, 'backbone' | 'runtime'>,
  classes: number,
  { training, validation, scaling, optimizer, continued, snapshots, settings }: SoftmaxSides,
  { signal, stop, report }: Pick<JobContext<RetrainProgress>, 'signal' | 'stop' | 'report'>,
): Promise<TrainedRun> {
  const started = performance.now();
  const { seed, classWeights } = settings;
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
  /** As retrain.py, which takes none of the first step. */
  const takenBy =
    (raw: (head: Head) => Head): TrainingOptions['afterStep'] =>
    async (step, head) => {
      if (snapshots && step > 0 && step % snapshots.every === 0)
        await snapshots.take(step, raw(await head()));
    };
  for (const epoch of continued?.curve ?? []) options.report?.(epoch);
  const scaled = async (
    trainScaled: (imageWeights: Float64Array | undefined) => Promise<Ended>,
  ): Promise<TrainedSoftmax> => {
    scaleBoth(training, validation, scaling);
    const result = await trainScaled(classWeights && balancedWeights(training.labels, classes));
    const linear = { kind: 'linear', head: result.head } as const;
    const calibrated = await calibrate(linear, validation, runtime.multiply);
    // The folded head is the one that is measured and saved.
    return {
      ...result,
      ...calibrated,
      head: onRawValues(calibrated.head, scaling),
      resumption:
        'state' in result
          ? { kind: 'state', state: result.state, scaling }
          : { kind: 'head', head: fold(result.last, scaling) },
    };
  };
  const heads = continued?.kind === 'head' ? continued : undefined;
  const scaledHeads = (): Continuation | undefined =>
    heads && { ...heads, best: unfold(heads.best, scaling), last: unfold(heads.last, scaling) };
  const train = async (): Promise<TrainedSoftmax> => {
    switch (optimizer.kind) {
      case 'l-bfgs':
        return await scaled((imageWeights) =>
          regularised(
            { ...task, imageWeights, from: scaledHeads(), maxEpochs },
            optimizer,
            runtime.multiply,
            options,
          ),
        );
      case 'adam':
      case 'sgd':
        return await scaled((imageWeights) => {
          const former = scaledHeads();
          const from = continued?.kind === 'state' ? continued : former && withoutState(former);
          return trainStepped({ ...task, imageWeights, from, seed, optimizer }, runtime.multiply, {
            ...options,
            afterStep: takenBy((head) => fold(head, scaling)),
          });
        });
      case 'retrain.py': {
        const result = await trainRetrainPy({ ...task, seed, optimizer, from: heads }, runtime.multiply, {
          ...options,
          afterStep: takenBy((head) => head),
        });
        scaleBoth(training, validation, scaling);
        // Its probabilities stay those of retrain.py.
        return {
          ...result,
          head: { kind: 'linear', head: result.head },
          calibration: null,
          resumption: { kind: 'head', head: result.last },
        };
      }
    }
  };
  const { head, curve, bestEpoch, calibration, ended, resumption, regularisation } = await train();
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
      ...(resumption?.kind === 'state' && { state: placeOf(resumption.state) }),
    },
    calibration,
    ...(resumption && ended !== 'converged' && { resumption }),
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
