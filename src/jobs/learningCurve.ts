import { setImmediate as yieldToEvents } from 'node:timers/promises';
import { RetrainError, seededRandom } from '../base';
import type { CachedImage } from '../bottlenecks';
import { forecast, nestedOrder, stratifiedFolds, wilson, type SizeOutcomes } from '../evaluation';
import type { Product } from '../training';
import type { Job, JobContext } from './context';
import { headTakesWeights } from './crossValidationResults';
import { scaledImages } from './datasetFolds';
import { fillAndRead, secondsSince } from './fillCache';
import { checkHeadSize, headTrainer, type HeadTrainer } from './headTrainers';
import type { LabelledRows } from './labelledRows';
import { countWrong, orderBetween, permuteRows, sizesUpTo, usualDealing } from './learningSizes';
import type { JobProgress } from './requests';
import type { LearningClass, LearningPoint } from './runResults';
import { subjectFacts } from './subject';

/** Fewer photos of a class say nothing about it: one of them is 20 points. */
const leastTested = 5;

/**
 * Would more images help? Every image is tested by heads that were trained on growing parts of the other folds, nested and
 * stratified; a power law through the errors says what twice as many would give. Identical pictures are in one fold.
 * Sides of a split have no part in it. The heads are of the kind of the run or the settings, in its usual training
 * (`headTrainer`), on the images as they are, without views. Class weights are those of the settings where such a head
 * takes any: at each size of the images it is trained on.
 * @throws as a retraining does; NOTHING_TO_TEST; NEIGHBOURS_TOO_LARGE; RUN_DAMAGED where a run is asked
 */
export const learningCurve: Job<'learningCurve'> = async (params, context) => {
  const started = performance.now();
  const { folder, network, settings } = await subjectFacts(params.subject, context);
  const { seed } = settings;
  const head = settings.head.kind;
  const whole = (rows: readonly CachedImage[]) => Promise.resolve(rows);
  const { filled, read } = await fillAndRead(folder, network, context, 2, whole);
  const { backbone, runtime, facts } = filled;
  checkHeadSize(head, read.rows.length, backbone.dimension);
  const { labels, images } = scaledImages(filled, read);
  const photosOf = testedPhotos(images, labels.length);
  const photos = photosOf.flat();
  const different = new Set(images.rows.map(({ sha256 }) => sha256)).size;
  if (photos.length === 0 || different < 3) throw new RetrainError('NOTHING_TO_TEST', { path: facts.root });
  const dealing = usualDealing(different, head);
  const { folds, repeats } = { ...dealing, ...(params.repeats !== null && { repeats: params.repeats }) };
  const balanced = settings.classWeights !== undefined && headTakesWeights(head);
  const shape = { classes: labels.length, dimension: backbone.dimension };
  const train = headTrainer(head, { ...shape, seed, balanced, runtime });
  const all = [...images.labels];
  const sizes = await measureSizes(
    images,
    { ...shape, folds, seed, repeats, train, product: runtime.multiply },
    context,
  );

  const targets = { now: all.length, n: 2 * all.length };
  const points = sizes.map((size) => pointOf(size, photos.flat()));
  const classes: LearningClass[] = [];
  for (const [i, label] of labels.entries()) {
    await yieldToEvents();
    context.signal.throwIfAborted();
    const own = photosOf[i] ?? [];
    const rows = own.flat();
    classes.push({
      label,
      images: all.filter((truth) => truth === i).length,
      testedImages: rows.length,
      recall: sizes.map((size) => (rows.length === 0 ? null : pointOf(size, rows).accuracy)),
      forecast: own.length < leastTested ? null : (forecast(sizes, own, targets, seed) ?? null),
    });
  }
  const testedImages = photos.flat().length;
  const right = Math.round((points.at(-1)?.accuracy ?? 0) * testedImages);
  return {
    datasetName: facts.name,
    root: facts.root,
    backbone: backbone.id,
    runtime: runtime.id,
    seed,
    folds,
    repeats,
    head,
    ...(balanced && { classWeights: 'balanced' }),
    images: all.length,
    testedImages,
    points,
    forecast: forecast(sizes, photos, targets, seed) ?? null,
    interval: wilson(right, testedImages),
    classes,
    seconds: secondsSince(started),
  };
};

/** Of each class, the rows of each of its different photos; none where all are one, which could not be trained on then. */
function testedPhotos({ rows, labels }: LabelledRows, classes: number): number[][][] {
  const photos = Array.from({ length: classes }, () => new Map<string, number[]>());
  rows.forEach(({ sha256 }, row) => {
    const own = photos[labels[row] ?? -1];
    const copies = own?.get(sha256);
    if (copies) copies.push(row);
    else own?.set(sha256, [row]);
  });
  return photos.map((own) => (own.size < 2 ? [] : [...own.values()]));
}

interface Trainings {
  readonly classes: number;
  readonly dimension: number;
  readonly folds: number;
  readonly seed: number;
  readonly repeats: number;
  readonly train: HeadTrainer;
  readonly product: Product;
}

/** Trains at every size on the others of each fold, and tests the fold; the images are put into other orders meanwhile. */
async function measureSizes(
  images: LabelledRows,
  { classes, dimension, folds, seed, repeats, train, product }: Trainings,
  { signal, report }: JobContext<JobProgress<'learningCurve'>>,
): Promise<SizeOutcomes[]> {
  const { values, labels } = images;
  const groups = images.rows.map(({ sha256 }) => sha256);
  const truth = labels.slice();
  const dealt = Array.from({ length: repeats }, (_, repeat) =>
    stratifiedFolds(truth, classes, folds, seed + repeat, groups),
  );
  // Copies of a photo make folds differ in size: all trainings of a size have as many images.
  const largest = Math.min(...dealt.map((foldOf) => leastOthers(foldOf, folds)));
  const sizes = sizesUpTo(largest, classes).map((n) => ({
    n,
    wrong: dealt.map(() => new Uint8Array(truth.length)),
  }));
  const random = seededRandom(seed);
  const of = sizes.length * folds * repeats;
  let done = 0;
  let order: readonly number[] = [...truth.keys()];
  for (const [repeat, foldOf] of dealt.entries())
    for (let fold = 0; fold < folds; fold++) {
      const others = [...truth.keys()].filter((row) => foldOf[row] !== fold);
      const nested = nestedOrder(
        Int32Array.from(others, (row) => truth[row] ?? 0),
        random,
      );
      const held = [...truth.keys()].filter((row) => foldOf[row] === fold);
      const next = [...Array.from(nested, (i) => others[i] ?? 0), ...held];
      // A prefix of the rows is a sample of the other folds, and the fold stands at the end: no values are copied.
      permuteRows(images, orderBetween(order, next), dimension);
      order = next;
      const tested = {
        values: values.subarray(others.length * dimension),
        labels: labels.subarray(others.length),
      };
      for (const { n, wrong } of sizes) {
        const part = { values: values.subarray(0, n * dimension), labels: labels.subarray(0, n) };
        const answers = await countWrong(await train(part, signal), tested, product, signal);
        held.forEach((row, i) => wrong[repeat]?.fill(answers[i] ?? 0, row, row + 1));
        report({ kind: 'learning', done: ++done, of, images: n });
      }
    }
  return sizes;
}

/** How many images are in the other folds, at least. */
function leastOthers(foldOf: Int32Array, folds: number): number {
  const counts = Array.from({ length: folds }, () => 0);
  for (const fold of foldOf) counts[fold] = (counts[fold] ?? 0) + 1;
  return foldOf.length - Math.max(...counts);
}

function pointOf({ n, wrong }: SizeOutcomes, rows: readonly number[]): LearningPoint {
  const repeats = wrong.map(
    (outcome) => 1 - rows.reduce((sum, row) => sum + (outcome[row] ?? 0), 0) / rows.length,
  );
  return { images: n, accuracy: repeats.reduce((sum, share) => sum + share, 0) / repeats.length, repeats };
}
