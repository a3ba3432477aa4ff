import path from 'node:path';
import { RetrainError } from '../base';
import type { CachedImage } from '../bottlenecks';
import { assignSides, readSplit, splitFileName, writeSplit, type Side } from '../dataset';
import { accuracyOf, classMetrics, confusionMatrix, topAnswers, wilson, type TopAnswer } from '../evaluation';
import { predict, saveRun, type NewRun } from '../models';
import { fold, scale, trainingDefaults, trainSoftmax, type Head, type TrainingSet } from '../training';
import type { Job, JobContext } from './context';
import { backboneFacts, fillCache, readValues, secondsSince, type FilledDataset } from './fillCache';
import type { RetrainSettings } from './requests';
import type { RetrainProgress } from './results';
import { runView } from './runs';

/** The main job: scan, cache, split, train, measure once on the testing split, save the run. */
export const retrain: Job<'retrain'> = async ({ folder, settings }, context) => {
  const filled = await fillCache(folder, settings, context);
  const labels = filled.facts.classes.filter(({ count }) => count > 0).map(({ label }) => label);
  const [only] = labels;
  if (only === undefined) throw new RetrainError('NO_TRAINING_IMAGES', { path: filled.root });
  if (labels.length === 1) throw new RetrainError('ONE_CLASS', { path: filled.root, label: only });
  const sides = await splitRows(filled, settings);
  const training = await trainHead(filled, labels, sides, context);
  const evaluation = await evaluateHead(filled, labels, sides, training.head, context.signal);

  const count = (side: Side) => sides.filter((given) => given === side).length;
  const { name, classes, images, skipped, duplicates, warnings } = filled.facts;
  const run: NewRun = {
    created: new Date().toISOString(),
    dataset: { name, classes, images, skipped, duplicates, warnings },
    scanSeconds: filled.scanSeconds,
    backbone: backboneFacts(filled.backbone),
    runtime: { id: filled.runtime.id, version: filled.runtime.version },
    settings: {
      seed: settings.seed,
      validationPercentage: settings.validationPercentage,
      testingPercentage: settings.testingPercentage,
      ...trainingDefaults,
    },
    split: { training: count('training'), validation: count('validation'), testing: count('testing') },
    bottlenecks: filled.counts,
    training: training.facts,
    evaluation: evaluation.facts,
    predictions: evaluation.predictions,
    fittedOn: [
      ...new Set(filled.rows.filter((_, i) => sides[i] === 'training').map(({ sha256 }) => sha256)),
    ],
    head: training.head,
  };
  context.signal.throwIfAborted();
  const saved = await saveRun(filled.location.retrain, run);
  return runView({ ...run, name: path.basename(saved) }, saved, filled.root);
};

/** The side of each row: those given before stay, the split file is brought up to date. */
async function splitRows({ location, rows }: FilledDataset, settings: RetrainSettings): Promise<Side[]> {
  const shares = {
    seed: settings.seed,
    validation: settings.validationPercentage,
    testing: settings.testingPercentage,
  };
  const file = path.join(location.retrain, splitFileName(shares));
  const previous = await readSplit(file);
  const images = rows.map(({ image, sha256 }) => ({
    sha256,
    label: image.label,
    path: image.path,
    ...(image.side && { side: image.side }),
  }));
  const sides = assignSides(images, previous, shares);
  await writeSplit(file, sides);
  return rows.map(({ sha256 }) => sides.get(sha256) ?? 'training');
}

interface TrainedHead {
  /** On raw bottleneck values. */
  readonly head: Head;
  readonly facts: NewRun['training'];
}

async function trainHead(
  filled: FilledDataset,
  labels: readonly string[],
  sides: readonly Side[],
  { signal, report }: JobContext<RetrainProgress>,
): Promise<TrainedHead> {
  const started = performance.now();
  const { backbone, runtime, root } = filled;
  const [training, validation] = await Promise.all([
    labelledValues(filled, labels, sides, 'training'),
    labelledValues(filled, labels, sides, 'validation'),
  ]);
  if (training.labels.length === 0) throw new RetrainError('NO_TRAINING_IMAGES', { path: root });
  for (const set of [training, validation]) scale(set.values, backbone.scaling);
  const { maxEpochs } = trainingDefaults;
  const { head, curve, bestEpoch } = await trainSoftmax(
    {
      training,
      validation: validation.labels.length > 0 ? validation : null,
      dimension: backbone.dimension,
      classes: labels.length,
      ...trainingDefaults,
    },
    runtime.multiply,
    { signal, report: (epoch) => report({ kind: 'training', epoch, maxEpochs }) },
  );
  const facts = { epochs: curve.length - 1, bestEpoch, seconds: secondsSince(started), curve };
  report({ kind: 'trained', epochs: facts.epochs, bestEpoch, seconds: facts.seconds });
  return { head: fold(head, backbone.scaling), facts };
}

/** Measures the head as it is saved, on the testing split. */
async function evaluateHead(
  filled: FilledDataset,
  labels: readonly string[],
  sides: readonly Side[],
  head: Head,
  signal: AbortSignal,
): Promise<{ facts: NewRun['evaluation']; predictions: NewRun['predictions'] }> {
  const started = performance.now();
  const { rows } = filled;
  const testing = rows.filter((_, i) => sides[i] === 'testing');
  const truth = labelsOf(testing, labels);
  const answers = topAnswers(predict(head, await readValues(filled, testing), testing.length), labels.length);
  signal.throwIfAborted();
  const confusion = confusionMatrix(
    truth,
    Int32Array.from(answers, ({ predicted }) => predicted),
    labels.length,
  );
  const measured = accuracyOf(confusion);
  const n = testing.length;
  return {
    facts: {
      on: 'testing',
      labels,
      n,
      accuracy: measured.accuracy,
      interval: wilson(measured.right, n),
      confusion,
      perClass: classMetrics(confusion, labels),
      seconds: secondsSince(started),
    },
    predictions: testing.map(({ image, sha256 }, i) => ({
      path: image.path,
      sha256,
      side: 'testing',
      label: image.label,
      ...named(answers[i], labels),
    })),
  };
}

function named(answer: TopAnswer | undefined, labels: readonly string[]): { predicted: string; probability: number } {
  return { predicted: labels[answer?.predicted ?? -1] ?? '', probability: answer?.probability ?? 0 };
}

async function labelledValues(
  filled: FilledDataset,
  labels: readonly string[],
  sides: readonly Side[],
  side: Side,
): Promise<TrainingSet> {
  const rows = filled.rows.filter((_, i) => sides[i] === side);
  return { values: await readValues(filled, rows), labels: labelsOf(rows, labels) };
}

function labelsOf(rows: readonly CachedImage[], labels: readonly string[]): Int32Array {
  const indices = new Map(labels.map((label, i) => [label, i]));
  return Int32Array.from(rows, ({ image }) => indices.get(image.label) ?? -1);
}
