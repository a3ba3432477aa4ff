import type { RunRecord } from '../models';
import type { RunFacts, RunView } from './results';

/** A run as the panel shows it. */
export function runView(run: Omit<RunRecord, 'head'>, folder: string, root: string): RunView {
  const { perClass, ...evaluation } = run.evaluation;
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
      optimizer: run.settings.optimizer,
      splitRule: run.settings.splitRule,
      ...(run.settings.distortions && { distortions: run.settings.distortions }),
    },
    evaluation: {
      ...evaluation,
      classes: perClass,
      predictions: run.predictions
        .filter(({ side }) => side === 'testing')
        .map(({ path, label, predicted, probability }) => ({ path, label, predicted, probability })),
    },
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
    refitOf: run.refitOf && {
      name: run.refitOf.run,
      backbone: run.refitOf.backbone,
      accuracy: run.refitOf.accuracy,
    },
  };
}
