import { answersSureness } from '../evaluation';
import {
  isContinuable,
  type RunLeaveOneOut,
  type RunPrediction,
  type RunRecord,
  type RunSureness,
} from '../models';
import { labelFinder } from './labelledRows';
import type { EvaluationView, RefitFacts, RunFacts, RunView } from './results';

/** A run as the panel shows it. */
export function runView(run: Omit<RunRecord, 'head'>, folder: string, root: string): RunView {
  return {
    folder,
    name: run.name,
    created: run.created,
    dataset: { ...run.dataset, root },
    scanSeconds: run.scanSeconds,
    backbone: run.backbone,
    runtime: run.runtime.id,
    bottlenecks: run.bottlenecks,
    ...(run.views && { views: run.views }),
    split: run.split,
    training: {
      ...run.training,
      seed: run.settings.seed,
      head: run.settings.head,
      splitRule: run.settings.splitRule,
      ...(run.settings.classWeights && { classWeights: run.settings.classWeights }),
      ...(run.settings.distortions && { distortions: run.settings.distortions }),
    },
    evaluation: evaluationView(
      run.evaluation,
      run.predictions.filter(({ side }) => side === 'testing'),
    ),
    leaveOneOut: run.leaveOneOut && leaveOneOutView(run.leaveOneOut),
    calibration: run.calibration,
    known: run.known && { threshold: run.known.threshold, images: run.known.images },
    refitOf: refitFacts(run),
    ...(run.continues && { continues: run.continues }),
    continuable: isContinuable(run.training, run.settings.head),
  };
}

function leaveOneOutView(leaveOneOut: RunLeaveOneOut): NonNullable<RunView['leaveOneOut']> {
  if (leaveOneOut.kind === 'skipped') return leaveOneOut;
  const { kind, penalty, product, predictions, ...measured } = leaveOneOut;
  return { kind, penalty, ...(product && { product }), ...evaluationView(measured, predictions) };
}

function evaluationView(
  {
    labels,
    n,
    accuracy,
    interval,
    confusion,
    perClass,
    sureness,
    unknown,
    seconds,
  }: Omit<RunRecord['evaluation'], 'on'>,
  predictions: readonly RunPrediction[],
): EvaluationView {
  return {
    labels,
    n,
    accuracy,
    interval,
    confusion,
    sureness: sureness ?? surenessOf(predictions, labels),
    ...(unknown !== undefined && { unknown }),
    seconds,
    classes: perClass,
    predictions: predictions.map(({ sha256: _, side: __, ...prediction }) => prediction),
  };
}

/** Of a run from before there was any: what its answers tell, which is all but top-k. */
function surenessOf(predictions: readonly RunPrediction[], labels: readonly string[]): RunSureness | null {
  const indexOf = labelFinder(labels);
  const index = (label: string): number => indexOf(label) ?? -1;
  return answersSureness(
    Int32Array.from(predictions, ({ label }) => index(label)),
    predictions.map(({ predicted, probability }) => ({ predicted: index(predicted), probability })),
  );
}

/** What is said of the run that answered. */
export function runFacts(run: RunRecord, folder: string): RunFacts {
  return {
    folder,
    name: run.name,
    created: run.created,
    datasetName: run.dataset.name,
    accuracy: run.evaluation.accuracy,
    testingImages: run.evaluation.n,
    head: run.settings.head.kind,
    backbone: run.backbone.id,
    refitOf: refitFacts(run),
  };
}

function refitFacts({ refitOf }: Pick<RunRecord, 'refitOf'>): RefitFacts | null {
  if (refitOf === null) return null;
  const { run: name, backbone, accuracy } = refitOf;
  return { name, backbone, accuracy };
}
