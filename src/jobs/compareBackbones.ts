import { RetrainError, throwIfAborted } from '../base';
import { crossValidate, type CrossValidation } from '../evaluation';
import { logitsOf, scaleInPlace, takeScaling, trainingDefaults, trainSoftmax } from '../training';
import type { Runtime } from '../runtimes';
import type { Backbone } from '../backbones';
import type { Job, JobContext } from './context';
import { backboneFacts, fillAndRead, type FilledDataset, type ReadRows } from './fillCache';
import { labelledRows } from './labelledRows';
import { listBackbones } from './backbones';
import type { ComparedBackbone } from './backboneResults';

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
    const images = read.rows.length;
    if (images < folds) throw new RetrainError('NO_TRAINING_IMAGES', { path: folder });
    const { mean, interval } = await probe(read, filled, { folds, seed }, context);
    const backbone = await context.networks.backbone(id);
    const runtime = await context.networks.runtime(id, choice);
    compared.push({
      backbone: backboneFacts(backbone),
      runtime: runtime.id,
      images,
      accuracy: mean,
      interval,
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

/** A softmax regression in k-fold cross-validation; identical pictures are in one fold. */
async function probe(
  read: ReadRows,
  { backbone, runtime }: FilledDataset,
  { folds, seed }: { folds: number; seed: number },
  { signal }: JobContext<never>,
): Promise<CrossValidation> {
  const labels = [...new Set(read.rows.map(({ image }) => image.label))];
  const classes = labels.length;
  const set = labelledRows(read, labels);
  const { dimension } = backbone;
  scaleInPlace(set.values, backbone.scaling ?? takeScaling(set.values, dimension));
  const groups = set.rows.map(({ sha256 }) => sha256);
  return await crossValidate(
    { set, classes, folds, repeats: 1, seed, groups },
    async (training, values, n) => {
      const task = { training, validation: null, dimension, classes, ...trainingDefaults };
      const { head } = await trainSoftmax(task, runtime.multiply, { signal });
      return logitsOf({ kind: 'linear', head }, values, n);
    },
    { signal },
  );
}

/** The median of a few calls, after one that is not counted. */
async function speedOf({ input }: Backbone, runtime: Runtime, signal: AbortSignal): Promise<number> {
  const pictures = new Uint8Array(batch * input.width * input.height * 3).fill(128);
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
