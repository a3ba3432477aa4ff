import { partFold, stratifiedFolds, type FoldTrainer } from '../evaluation';
import type { RunSettings } from '../models';
import { logitsOf, scale, scaleInPlace, trainingDefaults, type Optimizer, type Scaling } from '../training';
import type { JobContext } from './context';
import type { FilledDataset } from './fillCache';
import type { LabelledRows } from './labelledRows';
import { softmax } from './softmaxHead';

/** A softmax regression as the settings have it. */
export interface TrainingAsSet extends Pick<
  RunSettings,
  'seed' | 'classWeights' | 'validationPercentage' | 'testingPercentage'
> {
  readonly optimizer: Optimizer;
}

/** Whether this is what `headTrainer` does. */
export function isUsual(optimizer: Optimizer): boolean {
  if (optimizer.kind !== 'l-bfgs') return false;
  const { l2, maxEpochs, penalties = [], labelSmoothing = 0 } = optimizer;
  return (
    l2 === trainingDefaults.l2 &&
    maxEpochs === trainingDefaults.maxEpochs &&
    penalties.length === 0 &&
    labelSmoothing === 0
  );
}

/**
 * Trains as a run does: with its optimizer, and with as large a part of the images kept for validation as the settings
 * have of training and validation. Rows are those of `images`.
 */
export function foldTrainerAsSet(
  settings: TrainingAsSet,
  filled: Pick<FilledDataset, 'backbone' | 'runtime'>,
  { rows: all }: Pick<LabelledRows, 'rows'>,
  { classes, scaling }: { readonly classes: number; readonly scaling: Scaling },
  { signal, stop }: Pick<JobContext<never>, 'signal' | 'stop'>,
): FoldTrainer {
  const raw = unscaling(scaling);
  return async ({ values, labels }, held, n, rows) => {
    const images = { rows: rows.flatMap((row) => all[row] ?? []), values, labels };
    // Every training scales for itself; that of retrain.py learns from values as they are.
    scaleInPlace(values, raw);
    const sides = { ...withValidation(images, classes, settings), scaling, settings };
    const { head } = await softmax(
      filled,
      classes,
      { ...sides, optimizer: settings.optimizer },
      { signal, stop, report: () => undefined },
    );
    return await logitsOf(head, scale(held, raw), n, filled.runtime.multiply);
  };
}

/** What makes raw values of scaled ones, as a scaling. */
function unscaling({ mean, deviation }: Scaling): Scaling {
  return {
    mean: mean.map((value, i) => -value / (deviation[i] ?? 1)),
    deviation: deviation.map((value) => 1 / value),
  };
}

/** Identical pictures are on one side. */
function withValidation(
  images: LabelledRows,
  classes: number,
  { seed, validationPercentage, testingPercentage }: TrainingAsSet,
): { training: LabelledRows; validation: LabelledRows } {
  if (validationPercentage === 0)
    return {
      training: images,
      validation: { rows: [], values: new Float32Array(), labels: new Int32Array() },
    };
  const folds = Math.max(2, Math.round((100 - testingPercentage) / validationPercentage));
  const groups = images.rows.map(({ sha256 }) => sha256);
  const { training, held } = partFold(
    images,
    stratifiedFolds(images.labels, classes, folds, seed, groups),
    0,
  );
  const part = ({ rows, set }: typeof held): LabelledRows => ({
    rows: rows.flatMap((row) => images.rows[row] ?? []),
    ...set,
  });
  return { training: part(training), validation: part(held) };
}
