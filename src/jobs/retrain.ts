import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { RetrainError, toFailure, type Failure } from '../base';
import { assignSides, readSplit, splitFileName, writeSplit, type Side } from '../dataset';
import { saveRun, type NewRun, type RefitOf, type RunRecord } from '../models';
import { fold, scale, trainingDefaults, trainSoftmax, type Head } from '../training';
import type { Job, JobContext } from './context';
import { inWords } from './datasetFolder';
import { backboneFacts, fillAndRead, secondsSince, type FilledDataset } from './fillCache';
import { labelledRows, type LabelledRows } from './labelledRows';
import { measureHead } from './measureHead';
import type { RetrainProgress } from './results';
import { runView } from './runView';

/** The main job: scan, cache, split, train, measure once on the testing split, save the run. */
export const retrain: Job<'retrain'> = async ({ folder, settings }, context) => {
  const filled = await fillAndRead(folder, settings, context, 2);
  const trained = await trainRun(filled, { ...settings, ...trainingDefaults }, context);
  return runView(trained.run, trained.folder, filled.facts.root);
};

/** Splits, trains, measures and saves; `refitOf` says what run this one stands in for, if so. */
export async function trainRun(
  filled: FilledDataset & { readonly values: Float32Array },
  settings: RunRecord['settings'],
  context: JobContext<RetrainProgress>,
  refitOf: RefitOf | null = null,
): Promise<{ run: RunRecord; folder: string }> {
  const { facts, location } = filled;
  const sides = await splitRows(filled, settings);
  const { labels, untrained } = trainedLabels(filled, sides);
  const onSide = (side: Side) => labelledRows(filled, labels, (_, row) => sides[row] === side);
  const training = onSide('training');
  const validation = onSide('validation');
  const testing = onSide('testing');
  const { head, curve } = await trainHead(filled, labels, { training, validation, settings }, context);

  const started = performance.now();
  const { answers, measured } = measureHead(head, testing, labels);
  context.signal.throwIfAborted();
  const { name, classes, images, skipped, duplicates, warnings } = facts;
  const run: NewRun = {
    created: new Date().toISOString(),
    dataset: { name, classes, images, skipped, duplicates, warnings: [...warnings, ...untrained] },
    scanSeconds: filled.scanSeconds,
    backbone: backboneFacts(filled.backbone),
    runtime: { id: filled.runtime.id, version: filled.runtime.version },
    settings: {
      seed: settings.seed,
      validationPercentage: settings.validationPercentage,
      testingPercentage: settings.testingPercentage,
      l2: settings.l2,
      maxEpochs: settings.maxEpochs,
    },
    split: {
      training: training.rows.length,
      validation: validation.rows.length,
      testing: testing.rows.length,
    },
    bottlenecks: filled.counts,
    training: curve,
    evaluation: { ...measured, on: 'testing', seconds: secondsSince(started) },
    predictions: testing.rows.map(({ image, sha256 }, i) => ({
      path: image.path,
      sha256,
      side: 'testing',
      label: image.label,
      predicted: labels[answers[i]?.predicted ?? -1] ?? '',
      probability: answers[i]?.probability ?? 0,
    })),
    fittedOn: [...new Set(training.rows.map(({ sha256 }) => sha256))],
    refitOf,
    head,
  };
  const saved = await saveRun(location.retrain, run);
  return { run: { ...run, name: path.basename(saved) }, folder: saved };
}

/** The side of each row: those given before stay, and the split file is brought up to date. */
async function splitRows(
  { location, rows }: FilledDataset,
  { seed, validationPercentage, testingPercentage }: RunRecord['settings'],
): Promise<Side[]> {
  const shares = { seed, validation: validationPercentage, testing: testingPercentage };
  const file = path.join(location.retrain, splitFileName(shares));
  const previous = await readSplit(file);
  const images = rows.map(({ image, sha256 }) => ({
    sha256,
    label: image.label,
    path: image.path,
    ...(image.side && { side: image.side }),
  }));
  const sides = assignSides(images, previous, shares);
  await inWords(location.retrain, async () => {
    await mkdir(location.retrain, { recursive: true });
    await writeSplit(file, sides);
  });
  return rows.map(({ sha256 }) => sides.get(sha256) ?? 'training');
}

/**
 * The labels that can be learned: those with a training image. A given split may leave out a class.
 * @throws NO_TRAINING_IMAGES, ONE_CLASS where fewer than two are left
 */
function trainedLabels(
  { rows, facts }: FilledDataset,
  sides: readonly Side[],
): { labels: string[]; untrained: Failure[] } {
  const trained = new Set(rows.filter((_, row) => sides[row] === 'training').map(({ image }) => image.label));
  const present = facts.classes.filter(({ count }) => count > 0).map(({ label }) => label);
  const labels = present.filter((label) => trained.has(label));
  const [first, second] = labels;
  if (first === undefined) throw new RetrainError('NO_TRAINING_IMAGES', { path: facts.root });
  if (second === undefined) throw new RetrainError('ONE_CLASS', { path: facts.root, label: first });
  const untrained = present
    .filter((label) => !trained.has(label))
    .map((label) => toFailure(new RetrainError('CLASS_NOT_TRAINED', { label })));
  return { labels, untrained };
}

async function trainHead(
  { backbone, runtime }: FilledDataset,
  labels: readonly string[],
  {
    training,
    validation,
    settings: { l2, maxEpochs },
  }: { training: LabelledRows; validation: LabelledRows; settings: RunRecord['settings'] },
  { signal, report }: JobContext<RetrainProgress>,
): Promise<{ head: Head; curve: NewRun['training'] }> {
  const started = performance.now();
  const scaled = ({ values, labels }: LabelledRows) => ({ values: scale(values, backbone.scaling), labels });
  const { head, curve, bestEpoch } = await trainSoftmax(
    {
      training: scaled(training),
      validation: validation.rows.length > 0 ? scaled(validation) : null,
      dimension: backbone.dimension,
      classes: labels.length,
      l2,
      maxEpochs,
    },
    runtime.multiply,
    { signal, report: (epoch) => report({ kind: 'training', epoch, maxEpochs }) },
  );
  const epochs = curve.length - 1;
  const seconds = secondsSince(started);
  report({ kind: 'trained', epochs, bestEpoch, seconds });
  // The folded head is the one that is measured and saved.
  return { head: fold(head, backbone.scaling), curve: { epochs, bestEpoch, seconds, curve } };
}
