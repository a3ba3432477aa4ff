import type { RunRecord } from '../models';
import type { RefitFacts, RunFacts, RunView } from './results';

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
    split: run.split,
    training: {
      ...run.training,
      seed: run.settings.seed,
      optimizer: run.settings.optimizer,
      splitRule: run.settings.splitRule,
    },
    evaluation: {
      ...evaluation,
      classes: perClass,
      predictions: run.predictions
        .filter(({ side }) => side === 'testing')
        .map(({ path, label, predicted, probability }) => ({ path, label, predicted, probability })),
    },
    refitOf: refitFacts(run),
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
