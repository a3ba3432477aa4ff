import path from 'node:path';
import { RetrainError } from '../base';
import {
  isContinuable,
  readLast,
  readRun,
  readState,
  type HeadSettings,
  type IterativeTraining,
  type LayersHead,
  type RunRecord,
} from '../models';
import { tempered, type Head, type LbfgsOptimizer, type StepRule } from '../training';
import type { Job } from './context';
import { readDataset, trainRun } from './retrain';
import { runView } from './runView';
import type { Continued } from './trainedRun';
import { withDifferentViews } from './settings';
import { snapshotsOf, writeOutputs } from './trainingOutputs';

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
  const { training } = run;
  const { head } = run.settings;
  if (!isContinuable(training, head) || !isStepped(head) || run.head.kind === 'neighbours') {
    const converged = training.kind === 'iterative' && training.ended === 'converged';
    throw new RetrainError(converged ? 'CONTINUE_CONVERGED' : 'CONTINUE_UNKEPT', { path: runFolder });
  }
  const continued = await readContinued(run, runFolder, training, run.head);

  const settings = { ...withDifferentViews(run.settings), head: furtherHead(head, training, more) };
  const network = { backbone: run.backbone.id, runtime };
  const dataset = await readDataset(folder, network, settings, context, settings.distortions);
  checkSame(run, runFolder, dataset);
  const continues = { run: path.basename(runFolder), created: run.created, epochs: training.epochs };
  const snapshots = outputs?.snapshots && snapshotsOf(outputs.snapshots, dataset.parted.labels);
  const trained = await trainRun(dataset, settings, context, { continued, continues, snapshots });
  if (outputs) await writeOutputs(trained.run, outputs);
  return runView(trained.run, trained.folder, dataset.filled.facts.root);
};

type SteppedHead = Extract<HeadSettings, { kind: 'softmax' | 'hidden' }>;

function isStepped(head: HeadSettings): head is SteppedHead {
  return head.kind === 'softmax' || head.kind === 'hidden';
}

/** @throws RUN_DAMAGED, CONTINUE_UNKEPT */
async function readContinued(
  run: RunRecord,
  runFolder: string,
  { state: place, curve, bestEpoch, ended }: IterativeTraining,
  trained: LayersHead,
): Promise<Continued> {
  const { backbone, evaluation, settings } = run;
  const { dimension } = backbone;
  const rule = ruleOf(settings.head);
  if (place && rule) {
    const units = trained.kind === 'hidden' ? trained.hidden.bias.length : undefined;
    if (units !== (settings.head.kind === 'hidden' ? settings.head.units : undefined))
      throw new RetrainError('RUN_DAMAGED', { path: runFolder, reason: 'its head is not as its settings' });
    const kept = { place, head: trained, dimension, isAdam: rule === 'adam' };
    const { state, scaling } = await readState(runFolder, kept);
    // What ended it would end it again at once.
    const patientSince = ended === 'patience' ? place.measured - 1 : place.patientSince;
    return {
      kind: 'state',
      curve: curve.slice(0, place.measured),
      state: { ...state, patientSince },
      scaling,
    };
  }
  if (trained.kind !== 'linear') throw new RetrainError('CONTINUE_UNKEPT', { path: runFolder });
  const last = await readLast(runFolder, { dimension, classes: evaluation.labels.length });
  return { kind: 'head', curve, bestEpoch, best: uncalibrated(trained.head, run), last };
}

/** Undefined of a training that keeps no state. */
function ruleOf(head: HeadSettings): StepRule['kind'] | undefined {
  if (head.kind === 'hidden') return 'adam';
  const kind = head.kind === 'softmax' ? head.optimizer.kind : undefined;
  return kind === 'adam' || kind === 'sgd' ? kind : undefined;
}

/** The settings with their limit so much further on; `more` null: as it is, and where it was reached twice as far. */
function furtherHead(
  head: SteppedHead,
  { epochs, regularisation, state }: IterativeTraining,
  more: number | null,
): HeadSettings {
  const beyond = (made: number, limit: number): number =>
    made + (more ?? (made < limit ? limit - made : made));
  if (head.kind === 'hidden') {
    // Of the pass in which it was stopped the rest is made too.
    const whole = state ? state.measured - 1 : epochs;
    return { ...head, passes: beyond(whole, head.passes) };
  }
  const { kind, optimizer } = head;
  const further = beyond(epochs, optimizer.kind === 'l-bfgs' ? optimizer.maxEpochs : optimizer.steps);
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
