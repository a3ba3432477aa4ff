import {
  confusionDifference,
  confusionMatrix,
  datasetChanges,
  flipsOf,
  pairByContent,
  type LabelledConfusion,
  type TestedImage,
} from '../evaluation';
import {
  curveOf,
  readRun,
  readRunImages,
  readRunTitle,
  type RunEvaluation,
  type RunImage,
  type RunPrediction,
  type RunRecord,
  type RunTraining,
} from '../models';
import type { CurveUnit } from '../training';
import type { Job } from './context';
import { datasetOfRun } from './datasetFolder';
import { labelFinder } from './labelledRows';
import type { EvaluationView, RunView } from './results';
import type {
  ComparedAnswers,
  ComparedClass,
  ComparedMetric,
  ComparedRun,
  ComparedSetting,
  MetricKey,
  Pair,
  RunComparison,
} from './runResults';
import { runView } from './runView';
import { settingsList } from './settingsList';

interface Side {
  readonly run: RunRecord;
  readonly view: RunView;
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
    const view = runView(run, folder, root);
    const everyOne = measuredOf(view);
    return {
      run,
      view,
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
        evaluation: scoreOf(view.evaluation),
        leaveOneOut: everyOne && scoreOf(everyOne),
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
    metrics: metricsOf(before, after),
    ...answersBetween(before.run, tested(before.run), after.run, tested(after.run)),
    leaveOneOut: leaveOneOutBetween(before.run, after.run),
    dataset: datasetBetween(before.images, after.images),
  };
};

function unitOf(training: RunTraining): CurveUnit {
  return training.kind === 'iterative' ? training.unit : 'epoch';
}

function scoreOf({ n, accuracy, interval }: EvaluationView): ComparedRun['evaluation'] {
  return { n, accuracy, interval };
}

/** Null where there is no image that was measured. */
function measuredOf({ leaveOneOut }: RunView): EvaluationView | null {
  return leaveOneOut?.kind === 'measured' && leaveOneOut.accuracy !== null ? leaveOneOut : null;
}

/** Answers to labelled images with what was measured of them. */
interface Answered {
  readonly perClass: RunEvaluation['perClass'];
  readonly answers: readonly RunPrediction[];
}

function tested({ evaluation: { perClass }, predictions }: RunRecord): Answered {
  return { perClass, answers: predictions.filter(({ side }) => side === 'testing') };
}

function leftOut({ leaveOneOut }: RunRecord): Answered | null {
  if (leaveOneOut?.kind !== 'measured' || leaveOneOut.n === 0) return null;
  return { perClass: leaveOneOut.perClass, answers: leaveOneOut.predictions };
}

function leaveOneOutBetween(before: RunRecord, after: RunRecord): RunComparison['leaveOneOut'] {
  const [was, is] = [leftOut(before), leftOut(after)];
  if (!was || !is) return null;
  const ofHeads = [before, after].every(
    ({ settings }) => settings.head.kind === 'ridge' && settings.distortions === undefined,
  );
  return { ...answersBetween(before, was, after, is), ofHeads };
}

function answersBetween(before: RunRecord, was: Answered, after: RunRecord, is: Answered): ComparedAnswers {
  const pairs = pairByContent(was.answers.map(asTested), is.answers.map(asTested));
  return {
    classes: classesOf([before, was], [after, is]),
    confusion: confusionDifference(
      confusionOf(
        before,
        pairs.map((pair) => pair.before),
      ),
      confusionOf(
        after,
        pairs.map((pair) => pair.after),
      ),
    ),
    flips: flipsOf(pairs),
  };
}

function asTested({ side: _, ...image }: RunPrediction): TestedImage {
  return image;
}

/** Of some of a run's images. */
function confusionOf(
  { evaluation: { labels } }: RunRecord,
  images: readonly TestedImage[],
): LabelledConfusion {
  const indexOf = labelFinder(labels);
  const indices = (key: 'label' | 'predicted') =>
    Int32Array.from(images, (image) => indexOf(image[key]) ?? -1);
  return { labels, confusion: confusionMatrix(indices('label'), indices('predicted'), labels.length) };
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
function metricsOf(before: Side, after: Side): ComparedMetric[] {
  return joined([...measures(before)], [...measures(after)])
    .filter(([, pair]) => (pair.before ?? pair.after) !== null)
    .map(([key, pair]) => ({ key, ...pair, ...intervalsOf(key, before.shown, after.shown) }));
}

function intervalsOf(
  key: MetricKey,
  before: ComparedRun,
  after: ComparedRun,
): Pick<ComparedMetric, 'interval'> {
  const of = (run: ComparedRun) => (key === 'accuracy' ? run.evaluation : run.leaveOneOut)?.interval ?? null;
  return key === 'accuracy' || key === 'leaveOneOutAccuracy'
    ? { interval: { before: of(before), after: of(after) } }
    : {};
}

function measures({ run, view }: Side): Map<MetricKey, number | null> {
  const { evaluation, training } = run;
  const everyOne = measuredOf(view);
  const topK = (of: EvaluationView | null, k: number) =>
    of?.sureness?.topK.find((one) => one.k === k)?.accuracy ?? null;
  const calibrationError = (of: EvaluationView | null) => of?.sureness?.calibration.expectedError ?? null;
  const ownTemperature = 'temperature' in training ? training.temperature : null;
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
    ['leaveOneOutAccuracy', everyOne?.accuracy ?? null],
    ['top3Accuracy', topK(view.evaluation, 3)],
    ['leaveOneOutTop3Accuracy', topK(everyOne, 3)],
    ['top5Accuracy', topK(view.evaluation, 5)],
    ['leaveOneOutTop5Accuracy', topK(everyOne, 5)],
    ['calibrationError', calibrationError(view.evaluation)],
    ['leaveOneOutCalibrationError', calibrationError(everyOne)],
    ['temperature', run.calibration?.temperature ?? ownTemperature],
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
    ['leaveOneOutImages', everyOne?.n ?? null],
  ]);
}

function classesOf(
  before: readonly [RunRecord, Answered],
  after: readonly [RunRecord, Answered],
): ComparedClass[] {
  const of = ([run, { perClass }]: readonly [RunRecord, Answered]) => {
    const scores = new Map(perClass.map((score) => [score.label.normalize('NFC'), score]));
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
