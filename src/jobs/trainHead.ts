import {
  balancedWeights,
  chooseSoftmax,
  onRawValues,
  trainRetrainPy,
  trainSoftmax,
  type CurveUnit,
  type LbfgsOptimizer,
  type Optimizer,
  type Product,
  type SoftmaxTask,
  type Trained,
} from '../training';
import type { RunTraining } from '../models';
import { calibrate } from './calibrate';
import { centroid, neighbours } from './closedForm';
import type { JobContext } from './context';
import { secondsSince, type FilledDataset } from './fillCache';
import { hidden } from './hiddenHead';
import type { RetrainProgress } from './results';
import { ridge } from './ridgeHead';
import { scaleBoth, type Sides, type TrainedRun } from './trainedRun';

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
    case 'hidden':
      return hidden(filled, classes, { ...sides, hidden: head }, context);
    case 'neighbours':
      return neighbours(filled, classes, { ...sides, candidates: head.candidates }, context);
    case 'centroid':
      return centroid(filled, classes, sides, context);
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
    settings: { seed, classWeights },
  }: Sides & { readonly optimizer: Optimizer },
  { signal, report }: JobContext<RetrainProgress>,
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
  const options: Parameters<typeof trainSoftmax>[2] = {
    signal,
    report: (epoch) => report({ kind: 'training', unit, epoch, maxEpochs }),
  };
  const train = async (): Promise<Omit<Trained, 'head'> & Omit<TrainedRun, 'training'> & Chosen> => {
    switch (optimizer.kind) {
      case 'l-bfgs': {
        scaleBoth(training, validation, scaling);
        const imageWeights = classWeights && balancedWeights(training.labels, classes);
        const result = await regularised(
          { ...task, maxEpochs, imageWeights },
          optimizer,
          runtime.multiply,
          options,
        );
        const trained = { kind: 'linear', head: result.head } as const;
        const calibrated = await calibrate(trained, validation, runtime.multiply);
        // The folded head is the one that is measured and saved.
        return { ...result, ...calibrated, head: onRawValues(calibrated.head, scaling) };
      }
      case 'retrain.py': {
        const result = await trainRetrainPy({ ...task, seed, optimizer }, runtime.multiply, options);
        scaleBoth(training, validation, scaling);
        // Its probabilities stay those of retrain.py.
        return { ...result, head: { kind: 'linear', head: result.head }, calibration: null };
      }
    }
  };
  const { head, curve, bestEpoch, calibration, regularisation } = await train();
  // The first of the epochs is the start, where nothing was trained; of the steps, one.
  const epochs = unit === 'epoch' ? curve.length - 1 : (curve.at(-1)?.epoch ?? -1) + 1;
  const seconds = secondsSince(started);
  report({ kind: 'trained', unit, epochs, bestEpoch, seconds });
  return {
    head,
    training: {
      kind: 'iterative',
      unit,
      epochs,
      bestEpoch,
      seconds,
      curve,
      ...(regularisation && { regularisation }),
    },
    calibration,
  };
}

type Chosen = Pick<Extract<RunTraining, { kind: 'iterative' }>, 'regularisation'>;

/** Under the penalty that is fixed, or that validation chooses where there is any. */
async function regularised(
  task: Omit<SoftmaxTask, 'l2'>,
  { l2, penalties: [first, ...others] = [] }: LbfgsOptimizer,
  product: Product,
  options: Parameters<typeof trainSoftmax>[2],
): Promise<Trained & Chosen> {
  if (first === undefined || task.validation === null)
    return await trainSoftmax({ ...task, l2 }, product, options);
  const chosen = await chooseSoftmax({ ...task, penalties: [first, ...others] }, product, options);
  const { head, curve, bestEpoch, trials } = chosen;
  return { head, curve, bestEpoch, regularisation: { l2: chosen.l2, trials } };
}
