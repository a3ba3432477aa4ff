import type { RunLeaveOneOut, RunPrediction, RunRecord } from '../models';
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
      ...(run.settings.distortions && { distortions: run.settings.distortions }),
    },
    evaluation: evaluationView(
      run.evaluation,
      run.predictions.filter(({ side }) => side === 'testing'),
    ),
    leaveOneOut: run.leaveOneOut && leaveOneOutView(run.leaveOneOut),
    refitOf: refitFacts(run),
  };
}

function leaveOneOutView(leaveOneOut: RunLeaveOneOut): NonNullable<RunView['leaveOneOut']> {
  if (leaveOneOut.kind === 'skipped') return leaveOneOut;
  const { kind, penalty, predictions, ...measured } = leaveOneOut;
  return { kind, penalty, ...evaluationView(measured, predictions) };
}

function evaluationView(
  { labels, n, accuracy, interval, confusion, perClass, seconds }: Omit<RunRecord['evaluation'], 'on'>,
  predictions: readonly RunPrediction[],
): EvaluationView {
  return {
    labels,
    n,
    accuracy,
    interval,
    confusion,
    seconds,
    classes: perClass,
    predictions: predictions.map(({ path, label, predicted, probability }) => ({
      path,
      label,
      predicted,
      probability,
    })),
  };
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
    backbone: run.backbone.id,
    refitOf: refitFacts(run),
  };
}

function refitFacts({ refitOf }: Pick<RunRecord, 'refitOf'>): RefitFacts | null {
  if (refitOf === null) return null;
  const { run: name, backbone, accuracy } = refitOf;
  return { name, backbone, accuracy };
}
