import { isDeepStrictEqual } from 'node:util';
import { partFold, stratifiedFolds, type FoldTrainer } from '../evaluation';
import type { HeadSettings, RunSettings } from '../models';
import { logitsOf, trainingDefaults, unscaleInPlace, type Scaling } from '../training';
import type { JobContext } from './context';
import type { FilledDataset } from './fillCache';
import type { LabelledRows } from './labelledRows';
import { hidden } from './hiddenHead';
import { hiddenDefaults } from './optimizerSettings';
import { softmax } from './softmaxHead';

/** A head that the settings can have trained in more than one way. */
export type SteerableHead = Extract<HeadSettings, { kind: 'softmax' | 'hidden' }>;

/** A head as the settings have it. */
export interface TrainingAsSet extends Pick<
  RunSettings,
  'seed' | 'classWeights' | 'validationPercentage' | 'testingPercentage'
> {
  readonly head: SteerableHead;
}

/** Of the settings of a run; undefined where there is one way to train its head. */
export function steerable(head: HeadSettings): SteerableHead | undefined {
  return head.kind === 'softmax' || head.kind === 'hidden' ? head : undefined;
}

/** Whether this is what `headTrainer` does. */
export function isUsual(head: SteerableHead): boolean {
  if (head.kind === 'hidden') return isDeepStrictEqual(head, hiddenDefaults);
  const { optimizer } = head;
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
 * Trains as a run does: with its settings, and with as large a part of the images kept for validation as the settings
 * have of training and validation. Rows are those of `images`.
 */
export function foldTrainerAsSet(
  settings: TrainingAsSet,
  filled: Pick<FilledDataset, 'backbone' | 'runtime'>,
  { rows: all }: Pick<LabelledRows, 'rows'>,
  { classes, scaling }: { readonly classes: number; readonly scaling: Scaling },
  { signal, stop }: Pick<JobContext<never>, 'signal' | 'stop'>,
): FoldTrainer {
  const { head } = settings;
  return async ({ values, labels }, held, n, rows) => {
    const images = { rows: rows.flatMap((row) => all[row] ?? []), values, labels };
    // Every training scales for itself; that of retrain.py learns from values as they are.
    for (const part of [values, held]) unscaleInPlace(part, scaling);
    const sides = { ...withValidation(images, classes, settings), scaling, settings };
    const context = { signal, stop, report: () => undefined };
    const trained =
      head.kind === 'hidden'
        ? await hidden(filled, classes, { ...sides, hidden: head }, context)
        : await softmax(filled, classes, { ...sides, optimizer: head.optimizer }, context);
    return await logitsOf(trained.head, held, n, filled.runtime.multiply);
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
