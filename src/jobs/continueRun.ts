import path from 'node:path';
import { RetrainError } from '../base';
import {
  isContinuable,
  readLast,
  readRun,
  type HeadSettings,
  type IterativeTraining,
  type RunRecord,
} from '../models';
import { tempered, type Continuation, type Head, type LbfgsOptimizer } from '../training';
import type { Job } from './context';
import { readDataset, trainRun } from './retrain';
import { runView } from './runView';
import { withDifferentViews } from './settings';
import { writeOutputs } from './trainingOutputs';

/**
 * Goes on with the training of a run from where it ended, under its settings and on its split of the dataset as it is
 * now; what comes of it is a run of its own.
 * @throws CONTINUE_...; as a retraining does
 */
export const continueRun: Job<'continueRun'> = async (
  { folder, run: runFolder, runtime, more, outputs },
  context,
) => {
  const run = await readRun(runFolder);
  const { training, backbone, evaluation } = run;
  const { head } = run.settings;
  if (!isContinuable(training, head) || head.kind !== 'softmax' || run.head.kind !== 'linear') {
    const converged = training.kind === 'iterative' && training.ended === 'converged';
    throw new RetrainError(converged ? 'CONTINUE_CONVERGED' : 'CONTINUE_UNKEPT', { path: runFolder });
  }
  const last = await readLast(runFolder, {
    dimension: backbone.dimension,
    classes: evaluation.labels.length,
  });

  const settings = { ...withDifferentViews(run.settings), head: furtherHead(head, training, more) };
  const network = { backbone: backbone.id, runtime };
  const dataset = await readDataset(folder, network, settings, context, settings.distortions);
  checkSame(run, runFolder, dataset);
  const continued: Continuation = {
    curve: training.curve,
    bestEpoch: training.bestEpoch,
    best: uncalibrated(run.head.head, run),
    last,
  };
  const continues = { run: path.basename(runFolder), created: run.created, epochs: training.epochs };
  const trained = await trainRun(dataset, settings, context, { continued, continues });
  if (outputs) await writeOutputs(trained.run, outputs);
  return runView(trained.run, trained.folder, dataset.filled.facts.root);
};

/** The settings with their limit so much further on; `more` null: as it is, and where it was reached twice as far. */
function furtherHead(
  { kind, optimizer }: Extract<HeadSettings, { kind: 'softmax' }>,
  { epochs: made, regularisation }: IterativeTraining,
  more: number | null,
): HeadSettings {
  const limit = optimizer.kind === 'l-bfgs' ? optimizer.maxEpochs : optimizer.steps;
  const further = made + (more ?? (made < limit ? limit - made : made));
  return {
    kind,
    optimizer:
      optimizer.kind === 'l-bfgs'
        ? { ...fixed(optimizer, regularisation), maxEpochs: further }
        : { ...optimizer, steps: further },
  };
}

/** Under the penalty that validation has chosen, if it has. */
function fixed(
  { penalties: _, l2, ...others }: LbfgsOptimizer,
  chosen: IterativeTraining['regularisation'],
): LbfgsOptimizer {
  return { ...others, l2: chosen?.l2 ?? l2 };
}

/** The saved head as training had it: before its probabilities were calibrated on validation. */
function uncalibrated(head: Head, { calibration }: RunRecord): Head {
  return calibration?.on === 'validation' ? tempered(head, 1 / calibration.temperature) : head;
}

/** @throws CONTINUE_BACKBONE, CONTINUE_CLASSES, CONTINUE_OTHER_PHOTOS */
function checkSame(
  run: RunRecord,
  runFolder: string,
  { filled, parted: { labels } }: Awaited<ReturnType<typeof readDataset>>,
): void {
  const { backbone, rows, facts } = filled;
  if (backbone.fingerprint !== run.backbone.fingerprint)
    throw new RetrainError('CONTINUE_BACKBONE', { path: runFolder, id: backbone.id });
  const known = run.evaluation.labels;
  if (known.length !== labels.length || known.some((label, i) => label !== labels[i]))
    throw new RetrainError('CONTINUE_CLASSES', {
      path: runFolder,
      known: known.join(', '),
      found: labels.join(', '),
    });
  const fitted = new Set(run.fittedOn);
  if (!rows.some(({ sha256 }) => fitted.has(sha256)))
    throw new RetrainError('CONTINUE_OTHER_PHOTOS', { path: runFolder, folder: facts.root });
}
