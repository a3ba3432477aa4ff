import path from 'node:path';
import { isInside, toFailure } from '../base';
import type {
  Answer,
  BottlenecksResult,
  ClassifyResult,
  DatasetFacts,
  Diagnostics,
  EvaluateResult,
  EvaluationView,
  HiddenSettings,
  LeaveOneOutView,
  RunFacts,
  RunView,
} from '../jobs';
import type { TrainShown } from './text';

/** The documents of `--json`, one a command; `format` rises when a field changes its meaning. */
export const format = 1;

export function trainDocument(run: RunView, { misclassified, rejected }: TrainShown): object {
  return {
    ...bottlenecksDocument(run),
    ...(run.views && { views: run.views }),
    split: run.split,
    training: trainingDocument(run.training),
    evaluation: {
      ...measuredDocument(run.evaluation),
      unknown: run.evaluation.unknown ?? null,
      ...(rejected && { rejected }),
      ...(misclassified && { misclassified: misclassifiedOf(run) }),
    },
    leaveOneOut: run.leaveOneOut && leaveOneOutDocument(run.leaveOneOut),
    calibration: run.calibration,
    unknown: run.known,
    ...(run.continues && { continues: { run: run.continues.run, epochs: run.continues.epochs } }),
    run: shownRun(run.dataset.root, run.folder),
  };
}

/** How good answers are; `reject` is the curve of coverage and accuracy. */
function measuredDocument(evaluation: EvaluationView): object {
  const { labels, n, accuracy, interval, confusion, classes: perClass } = evaluation;
  return { labels, n, accuracy, interval, confusion, perClass, ...surenessDocument(evaluation) };
}

/** Nulls where there was no image to measure on. */
function surenessDocument({ sureness }: Pick<EvaluateResult, 'sureness'>): object {
  if (sureness === null) return { topK: null, calibration: null, reject: null };
  const { topK, calibration, reject } = sureness;
  return { topK, calibration, reject };
}

function trainingDocument(training: RunView['training']): object {
  const { head, splitRule, distortions, classWeights, seconds, seed } = training;
  return {
    head: head.kind,
    splitRule,
    ...(classWeights && { classWeights }),
    ...(distortions && { distortions }),
    ...ownTraining(training),
    seconds,
    seed,
  };
}

/** What a training of its kind alone has to say. */
function ownTraining(training: RunView['training']): object {
  switch (training.kind) {
    case 'iterative': {
      const { head, unit, epochs, bestEpoch: best, ended, regularisation } = training;
      return {
        ...(head.kind === 'softmax' && { optimizer: head.optimizer }),
        ...(head.kind === 'hidden' && { hidden: hiddenDocument(head) }),
        unit,
        epochs,
        best,
        ...(ended && { ended }),
        ...(regularisation && { regularisation }),
      };
    }
    case 'ridge': {
      const { penalty, temperature, trials, chosenOn } = training;
      return { penalty, temperature, trials, chosenOn };
    }
    case 'neighbours':
      return { k: training.k, temperature: training.temperature, trials: training.trials };
    case 'centroid':
      return { temperature: training.temperature };
  }
}

function hiddenDocument({ kind: _, ...settings }: HiddenSettings): object {
  return settings;
}

/** Where it was not measured its accuracy is null, and `skipped` says why. */
function leaveOneOutDocument(leaveOneOut: LeaveOneOutView): object {
  if (leaveOneOut.kind === 'skipped') {
    const { code, message } = leaveOneOut.reason;
    return { accuracy: null, skipped: { code, message } };
  }
  const { penalty, product = null, seconds } = leaveOneOut;
  return { ...measuredDocument(leaveOneOut), penalty, product, seconds };
}

export function bottlenecksDocument({
  dataset,
  backbone,
  runtime,
  bottlenecks,
  shard,
}: Pick<BottlenecksResult, 'dataset' | 'backbone' | 'runtime' | 'bottlenecks'> &
  Partial<Pick<BottlenecksResult, 'shard'>>): object {
  return {
    format,
    dataset: datasetDocument(dataset),
    backbone: { id: backbone.id, dimension: backbone.dimension, fingerprint: backbone.fingerprint },
    runtime,
    ...(shard && { shard: { index: shard.index, count: shard.count } }),
    bottlenecks: {
      cached: bottlenecks.cached,
      computed: bottlenecks.computed,
      seconds: bottlenecks.seconds,
    },
  };
}

export function classifyDocument(result: ClassifyResult): object {
  return {
    format,
    run: result.run.folder,
    ...(result.passedOver !== null && { passedOver: result.passedOver }),
    head: result.run.head,
    ...refitDocument(result.run),
    answers: result.answers.map(answerDocument),
  };
}

/** Where no label is given, because the image is unknown or the run unsure, `nearest` is the likeliest. */
function answerDocument(answer: Answer): object {
  if (answer.kind === 'failed')
    return { path: answer.path, error: { code: answer.failure.code, message: answer.failure.message } };
  const { path: file, label, confidence, scores } = answer;
  switch (answer.kind) {
    case 'answered':
      return { path: file, label, confidence, scores };
    case 'unknown': {
      const { novelty, threshold } = answer;
      return { path: file, label: null, nearest: label, unknown: { novelty, threshold }, confidence, scores };
    }
    case 'unsure':
      return {
        path: file,
        label: null,
        nearest: label,
        unsure: { reject: answer.reject },
        confidence,
        scores,
      };
  }
}

export function evaluateDocument(result: EvaluateResult): object {
  return {
    format,
    images: result.images,
    accuracy: result.accuracy,
    interval: result.interval,
    run: result.run.folder,
    head: result.run.head,
    ...refitDocument(result.run),
    labels: result.labels,
    confusion: result.confusion,
    perClass: result.classes,
    ...surenessDocument(result),
    ...(result.rejected && { rejected: result.rejected }),
    skipped: result.skipped.map(({ path: file, code, message }) => ({ path: file, code, message })),
    unknown: result.unknown,
    seenInTraining: result.seenInTraining,
    unknownLabels: result.unknownLabels.map(({ label }) => label),
    ofUnknownLabels: result.unknownLabels,
  };
}

export function doctorDocument(diagnostics: Diagnostics): object {
  return { format, ...diagnostics };
}

/** Where another run than the one asked has answered: which was asked, and how good both are on their testing images. */
function refitDocument({ accuracy, backbone, refitOf }: RunFacts): object {
  if (refitOf === null) return {};
  const { name: run, ...original } = refitOf;
  return {
    refit: {
      backbone,
      testingAccuracy: accuracy,
      of: { run, backbone: original.backbone, testingAccuracy: original.accuracy },
    },
  };
}

export function errorDocument(error: unknown): object {
  const { code, message, params } = toFailure(error);
  return { format, error: { code, message, path: params['path'] ?? null } };
}

function datasetDocument({ classes, images, skipped, duplicates }: DatasetFacts): object {
  return {
    classes: classes.map(({ label, count }) => ({ label, count })),
    images,
    skipped: skipped.map(({ path: file, code, message }) => ({ path: file, code, message })),
    duplicates,
  };
}

/** The wrong answers to testing images. */
function misclassifiedOf({ evaluation }: RunView): object[] {
  return evaluation.predictions
    .filter(({ label, predicted }) => label !== predicted)
    .map(({ path: file, label, predicted, probability }) => ({ path: file, label, predicted, probability }));
}

/** The run's folder relative to the dataset, with `/`; absolute where it lies outside (a read-only dataset). */
function shownRun(root: string, folder: string): string {
  return isInside(root, folder) ? path.relative(root, folder).split(path.sep).join('/') : folder;
}
