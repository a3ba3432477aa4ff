import { RetrainError, throwIfAborted } from '../base';
import type { Runtime } from '../runtimes';
import type { Backbone } from '../backbones';
import type { Job, JobContext } from './context';
import { crossValidateHead, scaledImages } from './datasetFolds';
import { backboneFacts, fillAndRead } from './fillCache';
import { listBackbones } from './listBackbones';
import { noteSpeed } from './backboneSpeeds';
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
  for (const [index, id] of chosen.entries()) {
    context.report({ kind: 'comparing', id, index, of: chosen.length });
    const { filled, read } = await fillAndRead(
      folder,
      { backbone: id, runtime: choice },
      context,
      2,
      (rows) => Promise.resolve(rows),
    );
    const images = read.rows.length;
    if (images < folds) throw new RetrainError('NO_TRAINING_IMAGES', { path: folder });
    const { mean, interval } = await crossValidateHead(
      'softmax',
      filled,
      scaledImages(filled, read),
      { folds, repeats: 1, seed, balanced: false },
      { signal: context.signal },
    );
    const backbone = await context.networks.backbone(id);
    const runtime = await context.networks.runtime(id, choice);
    const speed = {
      runtime: runtime.id,
      millisecondsAnImage: await speedOf(backbone, runtime, context.signal),
    };
    await noteSpeed(context.places, id, speed);
    const one = { backbone: backboneFacts(backbone), images, accuracy: mean, interval, ...speed };
    context.report({ kind: 'compared', compared: one });
    compared.push(one);
  }
  return { folds, seed, compared };
};

/** All that are on this machine. */
async function idsHere(context: JobContext<never>): Promise<string[]> {
  const { backbones } = await listBackbones({}, context);
  return backbones.filter(({ origin }) => origin !== 'catalogue').map(({ id }) => id);
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
