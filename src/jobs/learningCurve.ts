import { setImmediate as yieldToEvents } from 'node:timers/promises';
import { RetrainError, seededRandom } from '../base';
import { forecast, nestedOrder, wilson, type Forecast, type SizeOutcomes } from '../evaluation';
import { scaleInPlace, type Product } from '../training';
import type { Job, JobContext } from './context';
import { headTakesWeights } from './crossValidationResults';
import { secondsSince } from './fillCache';
import { checkHeadSize, headTrainer, type HeadTrainer } from './headTrainers';
import { labelledRows, type LabelledRows } from './labelledRows';
import { countWrong, permuteRows, sizesUpTo } from './learningSizes';
import type { JobProgress } from './requests';
import { readDataset } from './retrain';
import type { LearningClass, LearningPoint } from './runResults';
import { scalingOf } from './scaling';
import { subjectFacts } from './subject';

/** Fewer tested images of a class say nothing about it: one of them is 20 points. */
const leastTested = 5;

/**
 * Trains on growing parts of the training images, nested and stratified, several times over, and measures each head
 * on the validation and testing images together; a power law through the errors says what twice as many would give.
 * The heads are of the kind of the run or the settings, in its usual training (`headTrainer`): validation chooses
 * nothing, which would flatter them there. Class weights are those of the settings where such a head takes any: at each
 * size of the images it is trained on.
 * @throws as a retraining does; NOTHING_TO_TEST; NEIGHBOURS_TOO_LARGE; RUN_DAMAGED where a run is asked
 */
export const learningCurve: Job<'learningCurve'> = async (params, context) => {
  const started = performance.now();
  const { folder, network, settings } = await subjectFacts(params.subject, context);
  const dataset = await readDataset(folder, network, settings, context);
  const { filled, read, parted } = dataset;
  const { labels, counts } = parted;
  if (counts.validation + counts.testing === 0)
    throw new RetrainError('NOTHING_TO_TEST', { path: filled.facts.root });
  const { backbone, runtime } = filled;
  const { dimension } = backbone;
  const head = settings.head.kind;
  checkHeadSize(head, counts.training, dimension);
  const training = labelledRows(read, labels, 0, counts.training);
  scaleInPlace(read.values, await scalingOf(filled, training.values));
  const tested = labelledRows(read, labels, counts.training);
  const { seed } = settings;
  const { repeats } = params;
  const balanced = settings.classWeights !== undefined && headTakesWeights(head);
  const shape = { classes: labels.length, dimension };
  const train = headTrainer(head, { ...shape, seed, balanced, runtime });
  const plan = { ...shape, seed, repeats, train, product: runtime.multiply };
  const sizes = await measureSizes(training, tested, plan, context);

  const twice = 2 * counts.training;
  const rowsOf = rowsByClass(tested.labels, labels.length);
  const present = rowsOf.filter((rows) => rows.length > 0);
  const points = sizes.map((size) => pointOf(size, present.flat()));
  const classes: LearningClass[] = [];
  for (const [i, label] of labels.entries()) {
    await yieldToEvents();
    context.signal.throwIfAborted();
    const rows = rowsOf[i] ?? [];
    classes.push({
      label,
      trainingImages: training.labels.filter((truth) => truth === i).length,
      testedImages: rows.length,
      recall: sizes.map((size) => (rows.length === 0 ? null : pointOf(size, rows).accuracy)),
      forecast: rows.length < leastTested ? null : forecastOrNull(sizes, [rows], twice, seed),
    });
  }
  const right = Math.round((points.at(-1)?.accuracy ?? 0) * tested.rows.length);
  return {
    datasetName: filled.facts.name,
    root: filled.facts.root,
    backbone: backbone.id,
    runtime: runtime.id,
    seed,
    repeats,
    head,
    ...(balanced && { classWeights: 'balanced' }),
    trainingImages: counts.training,
    testedImages: tested.rows.length,
    points,
    forecast: forecastOrNull(sizes, present, twice, seed),
    interval: wilson(right, tested.rows.length),
    classes,
    seconds: secondsSince(started),
  };
};

interface Trainings {
  readonly classes: number;
  readonly dimension: number;
  readonly seed: number;
  readonly repeats: number;
  readonly train: HeadTrainer;
  readonly product: Product;
}

/** Trains and tests at every size, as often as asked; the training rows are put into other orders meanwhile. */
async function measureSizes(
  training: LabelledRows,
  tested: LabelledRows,
  { classes, dimension, seed, repeats, train, product }: Trainings,
  { signal, report }: JobContext<JobProgress<'learningCurve'>>,
): Promise<SizeOutcomes[]> {
  const random = seededRandom(seed);
  const all = training.labels.length;
  const sizes = sizesUpTo(all, classes).map((n) => ({ n, wrong: [] as Uint8Array[] }));
  const of = (sizes.length - 1) * repeats + 1;
  let done = 0;
  for (let repeat = 0; repeat < repeats; repeat++) {
    // A prefix of the rows is a sample, so that no values are copied.
    permuteRows(training, nestedOrder(training.labels, random), dimension);
    for (const { n, wrong } of sizes) {
      // All images give the same head however often it is trained.
      if (n === all && repeat > 0) continue;
      const part = {
        values: training.values.subarray(0, n * dimension),
        labels: training.labels.subarray(0, n),
      };
      wrong.push(await countWrong(await train(part, signal), tested, product, signal));
      report({ kind: 'learning', done: ++done, of, images: n });
    }
  }
  return sizes;
}

function rowsByClass(truth: Int32Array, classes: number): number[][] {
  const rows = Array.from({ length: classes }, (): number[] => []);
  truth.forEach((label, row) => rows[label]?.push(row));
  return rows;
}

function pointOf({ n, wrong }: SizeOutcomes, rows: readonly number[]): LearningPoint {
  const repeats = wrong.map(
    (outcome) => 1 - rows.reduce((sum, row) => sum + (outcome[row] ?? 0), 0) / rows.length,
  );
  return { images: n, accuracy: repeats.reduce((sum, share) => sum + share, 0) / repeats.length, repeats };
}

function forecastOrNull(
  sizes: readonly SizeOutcomes[],
  classes: readonly (readonly number[])[],
  n: number,
  seed: number,
): Forecast | null {
  return forecast(sizes, classes, n, seed) ?? null;
}
