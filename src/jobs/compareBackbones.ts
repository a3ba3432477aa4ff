import { isAbort, RetrainError, toFailure, type ErrorCode, type Failure } from '../base';
import type { CachedImage } from '../bottlenecks';
import type { Job, JobContext } from './context';
import { checkFolds, crossValidateHead, scaledImages } from './datasetFolds';
import { backboneFacts, fillAndRead } from './fillCache';
import { checkHeadSize } from './headTrainers';
import { listBackbones } from './listBackbones';
import { noteSpeed } from './backboneSpeeds';
import type { HeadKind } from './crossValidationResults';
import type { ComparedBackbone, FailedBackbone } from './backboneResults';
import type { Network } from './networks';
import { networkSpeed } from './networkSpeed';
import type { JobProgress } from './requests';
import { chosenSettings } from './settingsFile';

/** What holds for every backbone alike is no failure of one. */
const ofAll: ReadonlySet<ErrorCode> = new Set(['RUNTIME_UNKNOWN', 'RUNTIME_MISSING', 'NO_RUNTIME']);
/** What lies with the values of one backbone: what they are, and how many. */
const ofValues: ReadonlySet<ErrorCode> = new Set(['VALUES_NOT_FINITE', 'NEIGHBOURS_TOO_LARGE']);

/**
 * Holds backbones against each other on a dataset: the accuracy over `folds` parts of it, each answered by a head of the
 * others, and the milliseconds that the network takes for an image here and now. The seed is that of the settings, the
 * head of their kind, in its usual training (`headTrainer`); every image counts as much as any other in it, as in the accuracy.
 * Values come from the cache and go into it. A backbone that cannot be loaded or run is left out, with its reason.
 * @throws as a retraining does, but for the reasons of one backbone
 */
export const compareBackbones: Job<'compareBackbones'> = async (params, context) => {
  const { folder, ids, folds } = params;
  const { head: choice, runtime, seed } = await chosenSettings(folder, params, context.report);
  const head = choice.kind;
  const chosen = ids.length > 0 ? ids : await idsHere(context);
  const compared: ComparedBackbone[] = [];
  const failed: FailedBackbone[] = [];
  for (const [index, id] of chosen.entries()) {
    context.report({ kind: 'comparing', id, index, of: chosen.length, head });
    try {
      const one = await compareOne(id, { folder, head, runtime, folds, seed }, context);
      context.report({ kind: 'compared', compared: one });
      compared.push(one);
    } catch (error) {
      if (!(error instanceof NotComparable)) throw error;
      const one = { id, failure: error.failure };
      context.report({ kind: 'notCompared', failed: one });
      failed.push(one);
    }
  }
  return { head, folds, seed, compared, failed };
};

/** It lies with one backbone. */
class NotComparable extends Error {
  constructor(readonly failure: Failure) {
    super(failure.message);
  }
}

interface Measuring {
  readonly folder: string;
  readonly head: HeadKind;
  /** `auto` or a runtime id. */
  readonly runtime: string;
  readonly folds: number;
  readonly seed: number;
}

/** @throws NotComparable */
async function compareOne(
  id: string,
  { folder, head, runtime: choice, folds, seed }: Measuring,
  context: JobContext<JobProgress<'compareBackbones'>>,
): Promise<ComparedBackbone> {
  // First of all: a network that does not run is known before anything is computed for it.
  const { backbone, runtime, millisecondsAnImage } = await tried(id, choice, context);
  const network = { backbone: id, runtime: choice };
  const whole = (rows: readonly CachedImage[]) => {
    checkFolds(rows, folds, folder);
    // The images of the largest training: all but a fold.
    checkHeadSize(head, rows.length - Math.floor(rows.length / folds), backbone.dimension);
    return Promise.resolve(rows);
  };
  const { filled, read } = await fillAndRead(folder, network, context, 2, whole).catch(asItsOwn);
  const { mean, interval } = await crossValidateHead(
    head,
    filled,
    scaledImages(filled, read),
    { folds, repeats: 1, seed, balanced: false },
    { signal: context.signal },
  );
  const speed = { runtime: runtime.id, millisecondsAnImage };
  await noteSpeed(context.places, id, speed);
  return {
    backbone: backboneFacts(backbone),
    images: read.rows.length,
    accuracy: mean,
    interval,
    ...speed,
  };
}

/** What lies with the values of one backbone, and is none of the others'. */
function asItsOwn(error: unknown): never {
  const own = error instanceof RetrainError && ofValues.has(error.code);
  throw own ? new NotComparable(toFailure(error)) : error;
}

/** A backbone that has run. @throws NotComparable where it cannot be loaded or run */
async function tried(
  id: string,
  choice: string,
  { networks, signal }: JobContext<never>,
): Promise<Network & { millisecondsAnImage: number }> {
  try {
    const network = { backbone: await networks.backbone(id), runtime: await networks.runtime(id, choice) };
    return { ...network, millisecondsAnImage: await networkSpeed(network, signal) };
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
