import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { RetrainError, toFailure } from '../base';
import type { CachedImage, CacheLocation } from '../bottlenecks';
import {
  assignSides,
  readSplit,
  retrainPyPath,
  retrainPySide,
  splitFileName,
  writeSplit,
  type Side,
} from '../dataset';
import {
  saveRun,
  type Continues,
  type NewRun,
  type RefitOf,
  type RunDistortions,
  type RunRecord,
  type RunSettings,
  type ViewCounts,
} from '../models';
import { scaleInPlace } from '../training';
import type { Job, JobContext } from './context';
import { inWords } from './datasetFolder';
import {
  backboneFacts,
  fillAndRead,
  secondsSince,
  type DatasetPlace,
  type FilledDataset,
  type ReadRows,
} from './fillCache';
import { knownImages } from './knownImages';
import { labelledRows } from './labelledRows';
import { leaveOneOut } from './leaveOneOut';
import { measureHead, predictionsOf } from './measureHead';
import { stopsEarly, wholeHead } from './optimizerSettings';
import type { RetrainSettings } from './retrainSettings';
import type { RetrainProgress } from './results';
import { runView } from './runView';
import { scalingOf } from './scaling';
import { chosenSettings } from './settingsFile';
import { trainHead } from './trainHead';
import type { Continued, Snapshots } from './trainedRun';
import { snapshotsOf, writeOutputs } from './trainingOutputs';
import { readViews } from './views';

/** Of leave-one-out where the run itself has chosen none: fixed, and the best on most sets (docs/heads.md). */
const usualPenalty = 0.1;

/** The main job: scan, cache, split, train, measure once on the testing split, save the run. */
export const retrain: Job<'retrain'> = async ({ folder, outputs, ...choice }, context) => {
  const { backbone, runtime, head, ...others } = await chosenSettings(folder, choice, context.report);
  if (outputs?.head !== undefined && head.kind === 'neighbours') throw new RetrainError('HEAD_WITHOUT_MODEL');
  const given: RunSettings = { ...others, head: wholeHead(head) };
  const dataset = await readDataset(folder, { backbone, runtime }, given, context, given.distortions);
  const snapshots = outputs?.snapshots && snapshotsOf(outputs.snapshots, dataset.parted.labels);
  const trained = await trainRun(dataset, given, context, { snapshots });
  if (outputs) await writeOutputs(trained.run, outputs);
  return runView(trained.run, trained.folder, dataset.filled.facts.root);
};

/** A dataset with its values in memory, parted into its sides. */
export interface PartedDataset {
  readonly filled: FilledDataset;
  /** The rows of the labels that can be learned: training, then `views`, then validation, then testing. */
  readonly read: ReadRows;
  readonly parted: Parted;
  /** What became of the views of the training images; null where none are trained on. */
  readonly views: ViewCounts | null;
}

/** What decides on which side an image is. */
export type SplitSettings = Pick<
  RunSettings,
  'seed' | 'validationPercentage' | 'testingPercentage' | 'splitRule'
>;

/**
 * Brings the cache of a dataset up to date, gives each image its side, and reads the values side by side; with
 * `distortions`, those of views of the training images too.
 */
export async function readDataset(
  folder: string,
  network: Pick<RetrainSettings, 'backbone' | 'runtime'>,
  settings: SplitSettings,
  context: JobContext<RetrainProgress>,
  distortions?: RunDistortions,
): Promise<PartedDataset> {
  let parted: Parted = { labels: [], counts: { training: 0, validation: 0, testing: 0 } };
  const arrange = async (rows: readonly CachedImage[], dataset: DatasetPlace) => {
    const sides = await splitRows(rows, dataset.location, settings);
    const arranged = arrangeBySide(rows, sides, dataset.root);
    parted = arranged.parted;
    return arranged.rows;
  };
  const dataset = await fillAndRead(folder, network, context, 2, arrange, distortions);
  const { filled } = dataset;
  if (!distortions) return { filled, read: dataset.read, parted, views: null };
  const { read, counts } = await readViews(dataset, parted.counts.training, distortions, context);
  return { filled, read, parted, views: counts };
}

/** Where a run comes from that is not a training of its own. */
interface Origin {
  /** The run that this one stands in for. */
  readonly refitOf?: RefitOf;
  /** The run that this one goes on with, and where its training ended. */
  readonly continues?: Continues;
  readonly continued?: Continued;
}

interface RunOptions extends Origin {
  readonly snapshots?: Snapshots | undefined;
}

/** Trains, measures and saves. The values are used up. */
export async function trainRun(
  { filled, read, parted: { labels, counts }, views }: PartedDataset,
  settings: RunSettings,
  context: JobContext<RetrainProgress>,
  { refitOf, continues, continued, snapshots }: RunOptions = {},
): Promise<{ run: RunRecord; folder: string }> {
  const { facts, location } = filled;
  const fitted = counts.training + (views?.rows ?? 0);
  const validated = fitted + counts.validation;
  const training = labelledRows(read, labels, 0, fitted);
  const validation = labelledRows(read, labels, fitted, validated);
  const testing = labelledRows(read, labels, validated);
  const tested = new Set(testing.rows.map(({ image }) => image.label));
  const lacking = facts.classes.flatMap(({ label, count }) => {
    if (count > 0 && !labels.includes(label)) return [new RetrainError('CLASS_NOT_TRAINED', { label })];
    const measured = tested.size === 0 || tested.has(label);
    return count === 0 || measured ? [] : [new RetrainError('CLASS_NOT_TESTED', { label })];
  });
  const { head: headWanted } = settings;
  if (headWanted.kind === 'softmax' && counts.validation === 0 && stopsEarly(headWanted.optimizer))
    lacking.push(new RetrainError('EARLY_STOPPING_BLIND', { path: facts.root }));
  if (views && views.missing > 0) lacking.push(new RetrainError('VIEWS_MISSING', { count: views.missing }));
  const originals = labelledRows(read, labels, 0, counts.training);
  const scaling = continued?.kind === 'state' ? continued.scaling : await scalingOf(filled, originals.values);
  const sides = { training, originals, validation, scaling, settings };
  const {
    head,
    training: trained,
    calibration,
    resumption,
  } = await trainHead(filled, labels.length, { ...sides, continued, snapshots }, context);
  const known = await knownImages({ ...sides, training: originals }, labels.length, filled.runtime);

  const started = performance.now();
  const { answers, measured } = await measureHead({ head, known }, testing, labels, filled.runtime.multiply);
  const evaluation = { ...measured, on: 'testing', seconds: secondsSince(started) } as const;
  context.signal.throwIfAborted();
  scaleInPlace(testing.values, scaling);
  const sideOf = (row: number) => {
    if (row < counts.training) return 'training';
    if (row < fitted) return null;
    return row < validated ? 'validation' : 'testing';
  };
  const penalty = trained.kind === 'ridge' ? trained.penalty : usualPenalty;
  const everyOne = await leaveOneOut(
    filled,
    read,
    labels,
    { penalty, balanced: settings.classWeights !== undefined, sideOf },
    context,
  );
  const { name, classes, images, skipped, duplicates, warnings } = facts;
  const run: NewRun = {
    created: new Date().toISOString(),
    dataset: {
      name,
      classes,
      images,
      skipped,
      duplicates,
      warnings: [...warnings, ...lacking.map(toFailure)],
    },
    scanSeconds: filled.scanSeconds,
    backbone: backboneFacts(filled.backbone),
    runtime: { id: filled.runtime.id, version: filled.runtime.version },
    settings: {
      seed: settings.seed,
      validationPercentage: settings.validationPercentage,
      testingPercentage: settings.testingPercentage,
      splitRule: settings.splitRule,
      head: settings.head,
      ...(settings.classWeights && { classWeights: settings.classWeights }),
      ...(settings.distortions && { distortions: settings.distortions }),
    },
    split: counts,
    bottlenecks: filled.counts,
    ...(views && { views }),
    training: trained,
    evaluation,
    predictions: predictionsOf(testing, answers, labels, () => 'testing'),
    leaveOneOut: everyOne,
    calibration,
    known,
    fittedOn: [...new Set(training.rows.map(({ sha256 }) => sha256))],
    refitOf: refitOf ?? null,
    ...(continues && { continues }),
    head,
  };
  const saved = await saveRun(
    location.retrain,
    run,
    filled.rows.map(({ image, sha256 }) => ({ sha256, label: image.label, path: image.path })),
    resumption,
  );
  return { run: { ...run, name: path.basename(saved) }, folder: saved };
}

/**
 * The side of each row. By content, those given before stay, and the split file is brought up to date; retrain.py's
 * rule needs no file, only a side that came with the dataset is stronger.
 */
async function splitRows(
  rows: readonly CachedImage[],
  location: CacheLocation,
  { seed, validationPercentage, testingPercentage, splitRule }: SplitSettings,
): Promise<Side[]> {
  const shares = { seed, validation: validationPercentage, testing: testingPercentage };
  if (splitRule.kind === 'retrain.py')
    return rows.map(
      ({ image }) => image.side ?? retrainPySide(retrainPyPath(splitRule.imageDir, image.path), shares),
    );
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

interface Parted {
  /** The labels that can be learned: those with a training image. A given split may leave out a class. */
  readonly labels: readonly string[];
  readonly counts: Record<Side, number>;
}

/**
 * The rows of the labels that can be learned: training, then validation, then testing, each by label and path.
 * @param root named in errors
 * @throws NO_TRAINING_IMAGES, ONE_CLASS_TRAINED where fewer than two labels are left
 */
function arrangeBySide(
  rows: readonly CachedImage[],
  sides: readonly Side[],
  root: string,
): { readonly parted: Parted; readonly rows: readonly CachedImage[] } {
  const present = [...new Set(rows.map(({ image }) => image.label))];
  const trained = new Set(rows.filter((_, row) => sides[row] === 'training').map(({ image }) => image.label));
  const labels = present.filter((label) => trained.has(label));
  const [first, second] = labels;
  if (first === undefined) throw new RetrainError('NO_TRAINING_IMAGES', { path: root });
  if (second === undefined) throw new RetrainError('ONE_CLASS_TRAINED', { path: root, label: first });
  const onSide = (side: Side) =>
    rows.filter(({ image }, row) => sides[row] === side && trained.has(image.label));
  const [training, validation, testing] = [onSide('training'), onSide('validation'), onSide('testing')];
  return {
    parted: {
      labels,
      counts: { training: training.length, validation: validation.length, testing: testing.length },
    },
    rows: [...training, ...validation, ...testing],
  };
}
