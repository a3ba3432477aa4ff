import { RetrainError, seededRandom, throwIfAborted } from '../base';
import { wilson } from '../evaluation';
import { predict } from '../models';
import { scaleInPlace, takeScaling, trainingDefaults, trainSoftmax } from '../training';
import type { Runtime } from '../runtimes';
import type { Backbone } from '../backbones';
import type { Job, JobContext } from './context';
import { backboneFacts, fillAndRead, type ReadRows } from './fillCache';
import { labelledRows, type LabelledRows } from './labelledRows';
import { listBackbones } from './backbones';
import type { ComparedBackbone } from './results';

/** Pictures of one measured call, and how often it is measured. */
const batch = 8;
const rounds = 5;

/**
 * Holds backbones against each other on a dataset: the accuracy of a softmax regression over `folds` parts of it, each
 * answered by a head of the others, and the milliseconds that the network takes for an image here and now. Values come
 * from the cache and go into it.
 * @throws as a retraining does
 */
export const compareBackbones: Job<'compareBackbones'> = async (
  { folder, ids, runtime: choice, folds, seed },
  context,
) => {
  const chosen = ids.length > 0 ? ids : await idsHere(context);
  const compared: ComparedBackbone[] = [];
  for (const id of chosen) {
    const { filled, read } = await fillAndRead(
      folder,
      { backbone: id, runtime: choice },
      context,
      2,
      (rows) => Promise.resolve(rows),
    );
    const { backbone, runtime } = filled;
    const { hits, n } = await probe(read, backbone, runtime, { folds, seed }, context);
    compared.push({
      backbone: backboneFacts(backbone),
      runtime: runtime.id,
      images: n,
      accuracy: n === 0 ? null : hits / n,
      interval: n === 0 ? null : wilson(hits, n),
      millisecondsAnImage: await speedOf(backbone, runtime, context.signal),
    });
  }
  return { folds, seed, compared };
};

/** All that are on this machine. */
async function idsHere(context: JobContext<never>): Promise<string[]> {
  const { backbones } = await listBackbones({}, context);
  return backbones.filter(({ origin }) => origin !== 'catalogue').map(({ id }) => id);
}

/** How many images heads that have not seen them answer rightly: k-fold cross-validation, the classes spread evenly. */
async function probe(
  read: ReadRows,
  backbone: Backbone,
  runtime: Runtime,
  { folds, seed }: { folds: number; seed: number },
  { signal }: JobContext<never>,
): Promise<{ hits: number; n: number }> {
  const labels = [...new Set(read.rows.map(({ image }) => image.label))];
  const all = labelledRows(read, labels);
  const foldOf = assignFolds(all, folds, seed);
  let [hits, n] = [0, 0];
  for (let fold = 0; fold < folds; fold++) {
    throwIfAborted(signal);
    const part = (inside: boolean) => take(all, backbone.dimension, (i) => (foldOf[i] === fold) === inside);
    const [training, testing] = [part(false), part(true)];
    if (new Set(training.labels).size < 2)
      throw new RetrainError('NO_TRAINING_IMAGES', { path: read.rows[0]?.image.path ?? '' });
    const scaling = backbone.scaling ?? takeScaling(training.values, backbone.dimension);
    for (const { values } of [training, testing]) scaleInPlace(values, scaling);
    const { dimension } = backbone;
    const task = { training, validation: null, dimension, classes: labels.length, ...trainingDefaults };
    const { head } = await trainSoftmax(task, runtime.multiply, { signal });
    const probabilities = predict(head, testing.values, testing.labels.length);
    testing.labels.forEach((label, row) => {
      const own = probabilities.subarray(row * labels.length, (row + 1) * labels.length);
      const best = own.reduce((most, value, i) => (value > (own[most] ?? 0) ? i : most), 0);
      if (best === label) hits++;
      n++;
    });
  }
  return { hits, n };
}

/** The part of each row: classes spread evenly, identical pictures together. */
function assignFolds({ rows, labels }: LabelledRows, folds: number, seed: number): Int32Array {
  const random = seededRandom(seed);
  const keys = new Map<string, number>();
  for (const { sha256 } of rows) if (!keys.has(sha256)) keys.set(sha256, random());
  const known = new Map<string, number>();
  const next = new Map<number, number>();
  const foldOf = new Int32Array(rows.length);
  const order = rows
    .map(({ sha256 }, i) => ({ sha256, i, key: keys.get(sha256) ?? 0 }))
    .sort((a, b) => a.key - b.key);
  for (const { sha256, i } of order) {
    const label = labels[i] ?? 0;
    const fold = known.get(sha256) ?? (next.get(label) ?? 0) % folds;
    if (!known.has(sha256)) next.set(label, fold + 1);
    known.set(sha256, fold);
    foldOf[i] = fold;
  }
  return foldOf;
}

/** A copy of the rows that `wanted` takes: scaling works in place. */
function take(
  { values, labels }: LabelledRows,
  dimension: number,
  wanted: (row: number) => boolean,
): { values: Float32Array; labels: Int32Array } {
  const chosen = [...labels.keys()].filter(wanted);
  const own = new Float32Array(chosen.length * dimension);
  chosen.forEach((row, i) => own.set(values.subarray(row * dimension, (row + 1) * dimension), i * dimension));
  return { values: own, labels: Int32Array.from(chosen, (row) => labels[row] ?? 0) };
}

/** The median of a few calls, after one that is not counted. */
async function speedOf({ input }: Backbone, runtime: Runtime, signal: AbortSignal): Promise<number> {
  const pictures = new Float32Array(batch * input.width * input.height * 3).fill(0.5);
  const times: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    throwIfAborted(signal);
    const started = performance.now();
    await runtime.run(pictures, batch);
    if (round > 0) times.push((performance.now() - started) / batch);
  }
  times.sort((a, b) => a - b);
  return times[Math.floor(rounds / 2)] ?? NaN;
}
