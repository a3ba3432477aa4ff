import { confusionDifference, datasetChanges, flipsBetween, type TestedImage } from '../evaluation';
import {
  curveOf,
  readRun,
  readRunImages,
  readRunTitle,
  type RunImage,
  type RunRecord,
  type RunTraining,
} from '../models';
import type { CurveUnit } from '../training';
import type { Job } from './context';
import { datasetOfRun } from './datasetFolder';
import type {
  ComparedClass,
  ComparedMetric,
  ComparedRun,
  ComparedSetting,
  MetricKey,
  Pair,
  RunComparison,
} from './runResults';
import { settingsList } from './settingsList';

interface Side {
  readonly run: RunRecord;
  readonly shown: ComparedRun;
  readonly images: readonly RunImage[] | null;
}

/**
 * Holds two runs against each other: what they were made with, how good they are, on which images they differ, and
 * what became of the dataset between them.
 * @throws RUN_DAMAGED, FILE_UNREADABLE
 */
export const compareRuns: Job<'compareRuns'> = async (params, { places, signal }) => {
  const open = async (folder: string): Promise<Side> => {
    signal.throwIfAborted();
    const run = await readRun(folder);
    const root = await datasetOfRun(folder, places.cacheDirectory);
    const { n, accuracy, interval } = run.evaluation;
    return {
      run,
      images: await readRunImages(folder),
      shown: {
        folder,
        root,
        name: run.name,
        ...(await readRunTitle(folder)),
        datasetName: run.dataset.name,
        created: run.created,
        head: run.settings.head,
        curve: curveOf(run.training),
        unit: unitOf(run.training),
        bestEpoch: run.training.kind === 'iterative' ? run.training.bestEpoch : null,
        evaluation: { n, accuracy, interval },
      },
    };
  };
  const before = await open(params.before);
  const after = await open(params.after);
  signal.throwIfAborted();
  return {
    before: before.shown,
    after: after.shown,
    settings: settingsOf(before.run, after.run),
    metrics: metricsOf(before.run, after.run),
    classes: classesOf(before.run, after.run),
    confusion: confusionDifference(before.run.evaluation, after.run.evaluation),
    flips: flipsBetween(tested(before.run), tested(after.run)),
    dataset: datasetBetween(before.images, after.images),
  };
};

function unitOf(training: RunTraining): CurveUnit {
  return training.kind === 'iterative' ? training.unit : 'epoch';
}

function tested({ predictions }: RunRecord): TestedImage[] {
  return predictions.flatMap(({ side, ...image }) => (side === 'testing' ? [image] : []));
}

function datasetBetween(
  before: readonly RunImage[] | null,
  after: readonly RunImage[] | null,
): RunComparison['dataset'] {
  if (before && after) return { kind: 'known', ...datasetChanges(before, after) };
  return { kind: 'unknown', of: before ? 'after' : after ? 'before' : 'both' };
}

/** Every setting that either has, those of the first in their order, then what is new. */
function settingsOf(before: RunRecord, after: RunRecord): ComparedSetting[] {
  return joined(
    settingsList(before).map(({ key, value }) => [key, value]),
    settingsList(after).map(({ key, value }) => [key, value]),
  ).map(([key, pair]) => ({ key, ...pair }));
}

/** Without those that neither has. */
function metricsOf(before: RunRecord, after: RunRecord): ComparedMetric[] {
  return joined([...measures(before)], [...measures(after)])
    .filter(([, pair]) => (pair.before ?? pair.after) !== null)
    .map(([key, pair]) => ({ key, ...pair }));
}

function measures(run: RunRecord): Map<MetricKey, number | null> {
  const { evaluation, training } = run;
  const best =
    training.kind === 'iterative'
      ? training.curve.find(({ epoch }) => epoch === training.bestEpoch)
      : curveOf(training).at(-1);
  const mean = (values: readonly (number | null)[]): number | null => {
    const known = values.filter((value) => value !== null);
    return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
  };
  const testedClasses = evaluation.perClass.filter(({ images }) => images > 0);
  return new Map<MetricKey, number | null>([
    ['accuracy', evaluation.accuracy],
    ['macroRecall', mean(testedClasses.map(({ recall }) => recall))],
    ['macroF1', mean(testedClasses.map(({ f1 }) => f1))],
    ['validationAccuracy', best?.validation?.accuracy ?? null],
    ['validationCrossEntropy', best?.validation?.crossEntropy ?? null],
    ['trainingAccuracy', best?.training.accuracy ?? null],
    ['trainingCrossEntropy', best?.training.crossEntropy ?? null],
    [
      unitOf(training) === 'step' ? 'steps' : 'epochs',
      training.kind === 'iterative' ? training.epochs : (curveOf(training).at(-1)?.epoch ?? null),
    ],
    ['seconds', training.seconds],
    ['images', run.dataset.images],
    ['trainingImages', run.split.training],
    ['testingImages', evaluation.n],
  ]);
}

function classesOf(before: RunRecord, after: RunRecord): ComparedClass[] {
  const of = (run: RunRecord) => {
    const scores = new Map(run.evaluation.perClass.map((score) => [score.label.normalize('NFC'), score]));
    return run.dataset.classes.map(({ label, count }): [string, ClassFacts] => {
      const score = scores.get(label.normalize('NFC'));
      return [label.normalize('NFC'), { label, count, recall: score?.recall ?? null, f1: score?.f1 ?? null }];
    });
  };
  return joined(of(before), of(after)).map(([, pair]) => ({
    label: pair.after?.label ?? pair.before?.label ?? '',
    images: { before: pair.before?.count ?? null, after: pair.after?.count ?? null },
    recall: { before: pair.before?.recall ?? null, after: pair.after?.recall ?? null },
    f1: { before: pair.before?.f1 ?? null, after: pair.after?.f1 ?? null },
  }));
}

interface ClassFacts {
  readonly label: string;
  readonly count: number;
  readonly recall: number | null;
  readonly f1: number | null;
}

/** The values of two lists by key: the keys of the first, then what is new in the second. */
function joined<K, V>(
  before: readonly (readonly [K, V])[],
  after: readonly (readonly [K, V])[],
): [K, Pair<V>][] {
  const [first, second] = [new Map(before), new Map(after)];
  const keys = new Set([...first.keys(), ...second.keys()]);
  return [...keys].map((key) => [key, { before: first.get(key) ?? null, after: second.get(key) ?? null }]);
}
