import type { NewRun, RunSettings } from '../models';
import {
  fold,
  scaleInPlace,
  trainRetrainPy,
  trainSoftmax,
  type CurveUnit,
  type Epoch,
  type Head,
  type Trained,
} from '../training';
import type { JobContext } from './context';
import { secondsSince, type FilledDataset } from './fillCache';
import type { LabelledRows } from './labelledRows';
import type { RetrainProgress } from './results';
import { keptScaling } from './scaling';

interface Sides {
  readonly training: LabelledRows;
  readonly validation: LabelledRows;
  readonly settings: RunSettings;
  /** How many of the training rows are of images as they are; behind them come views. */
  readonly originals: number;
}

/**
 * Trains a head for raw values. The values given may be scaled in place: a copy of a large dataset would not fit
 * beside it.
 */
export async function trainHead(
  filled: FilledDataset,
  classes: number,
  sides: Sides,
  { signal, report }: JobContext<RetrainProgress>,
): Promise<{ head: Head; curve: NewRun['training'] }> {
  const started = performance.now();
  const { optimizer } = sides.settings;
  const [unit, maxEpochs]: [CurveUnit, number] =
    optimizer.kind === 'l-bfgs' ? ['epoch', optimizer.maxEpochs] : ['step', optimizer.steps];
  const { head, curve, bestEpoch } = await trained(filled, classes, sides, {
    signal,
    report: (epoch) => report({ kind: 'training', unit, epoch, maxEpochs }),
  });
  // The first of the epochs is the start, where nothing was trained; of the steps, one.
  const epochs = unit === 'epoch' ? curve.length - 1 : (curve.at(-1)?.epoch ?? -1) + 1;
  const seconds = secondsSince(started);
  report({ kind: 'trained', unit, epochs, bestEpoch, seconds });
  return { head, curve: { unit, epochs, bestEpoch, seconds, curve } };
}

async function trained(
  { backbone, runtime, location }: FilledDataset,
  classes: number,
  { training, validation, settings: { optimizer, seed }, originals }: Sides,
  options: { signal: AbortSignal; report: (epoch: Epoch) => void },
): Promise<Trained> {
  const task = {
    training,
    validation: validation.rows.length > 0 ? validation : null,
    dimension: backbone.dimension,
    classes,
  };
  switch (optimizer.kind) {
    case 'l-bfgs': {
      const own = training.values.subarray(0, originals * backbone.dimension);
      const scaling = backbone.scaling ?? (await keptScaling(location.retrain, backbone, own));
      for (const { values } of [training, validation]) scaleInPlace(values, scaling);
      const { l2, maxEpochs } = optimizer;
      const result = await trainSoftmax({ ...task, l2, maxEpochs }, runtime.multiply, options);
      // The folded head is the one that is measured and saved.
      return { ...result, head: fold(result.head, scaling) };
    }
    case 'retrain.py':
      return trainRetrainPy({ ...task, seed, optimizer }, runtime.multiply, options);
  }
}
