import { isAbort, RetrainError, throwIfAborted, toFailure, type ErrorCode, type Failure } from '../base';
import type { Backbone } from '../backbones';
import type { CachedImage } from '../bottlenecks';
import type { Runtime } from '../runtimes';
import type { Job, JobContext } from './context';
import { crossValidateHead, scaledImages } from './datasetFolds';
import { backboneFacts, fillAndRead } from './fillCache';
import { listBackbones } from './listBackbones';
import { noteSpeed } from './backboneSpeeds';
import type { ComparedBackbone, FailedBackbone } from './backboneResults';
import type { Network } from './networks';
import type { JobParams, JobProgress } from './requests';

/** Pictures of one measured call, and how often it is measured. */
const batch = 8;
const rounds = 5;

/** What holds for every backbone alike is no failure of one. */
const ofAll: ReadonlySet<ErrorCode> = new Set(['RUNTIME_UNKNOWN', 'RUNTIME_MISSING', 'NO_RUNTIME']);

/**
 * Holds backbones against each other on a dataset: the accuracy of a softmax regression over `folds` parts of it, each
 * answered by a head of the others, and the milliseconds that the network takes for an image here and now. Values come
 * from the cache and go into it. A backbone that cannot be loaded or run is left out, with its reason.
 * @throws as a retraining does, but for the reasons of one backbone
 */
export const compareBackbones: Job<'compareBackbones'> = async ({ ids, ...params }, context) => {
  const chosen = ids.length > 0 ? ids : await idsHere(context);
  const compared: ComparedBackbone[] = [];
  const failed: FailedBackbone[] = [];
  for (const [index, id] of chosen.entries()) {
    context.report({ kind: 'comparing', id, index, of: chosen.length });
    try {
      const one = await compareOne(id, params, context);
      context.report({ kind: 'compared', compared: one });
      compared.push(one);
    } catch (error) {
      if (!(error instanceof NotComparable)) throw error;
      const one = { id, failure: error.failure };
      context.report({ kind: 'notCompared', failed: one });
      failed.push(one);
    }
  }
  const { folds, seed } = params;
  return { folds, seed, compared, failed };
};

/** It lies with one backbone. */
class NotComparable extends Error {
  constructor(readonly failure: Failure) {
    super(failure.message);
  }
}

/** @throws NotComparable */
async function compareOne(
  id: string,
  { folder, runtime: choice, folds, seed }: Omit<JobParams<'compareBackbones'>, 'ids'>,
  context: JobContext<JobProgress<'compareBackbones'>>,
): Promise<ComparedBackbone> {
  // First of all: a network that does not run is known before anything is computed for it.
  const { backbone, runtime, millisecondsAnImage } = await tried(id, choice, context);
  const network = { backbone: id, runtime: choice };
  const whole = (rows: readonly CachedImage[]) => Promise.resolve(rows);
  const { filled, read } = await fillAndRead(folder, network, context, 2, whole).catch((error: unknown) => {
    const own = error instanceof RetrainError && error.code === 'VALUES_NOT_FINITE';
    throw own ? new NotComparable(toFailure(error)) : error;
  });
  const images = read.rows.length;
  if (images < folds) throw new RetrainError('NO_TRAINING_IMAGES', { path: folder });
  const { mean, interval } = await crossValidateHead(
    'softmax',
    filled,
    scaledImages(filled, read),
    { folds, repeats: 1, seed, balanced: false },
    { signal: context.signal },
  );
  const speed = { runtime: runtime.id, millisecondsAnImage };
  await noteSpeed(context.places, id, speed);
  return { backbone: backboneFacts(backbone), images, accuracy: mean, interval, ...speed };
}

/** A backbone that has run. @throws NotComparable where it cannot be loaded or run */
async function tried(
  id: string,
  choice: string,
  { networks, signal }: JobContext<never>,
): Promise<Network & { millisecondsAnImage: number }> {
  try {
    const backbone = await networks.backbone(id);
    const runtime = await networks.runtime(id, choice);
    return { backbone, runtime, millisecondsAnImage: await speedOf(backbone, runtime, signal) };
  } catch (error) {
    if (isAbort(error)) throw error;
    if (!(error instanceof RetrainError)) {
      const [reason = ''] = String(error instanceof Error ? error.message : error).split('\n', 1);
      throw new NotComparable(
        toFailure(new RetrainError('BACKBONE_FAILED', { id, reason: reason.slice(0, 200) })),
      );
    }
    throw ofAll.has(error.code) ? error : new NotComparable(toFailure(error));
  }
}

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
