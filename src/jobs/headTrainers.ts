import { RetrainError } from '../base';
import { mostNeighbourBytes, neighbourBytes } from '../models';
import type { Runtime } from '../runtimes';
import {
  balancedWeights,
  fitRidgeHead,
  trainCentroid,
  trainingDefaults,
  trainNeighbours,
  trainSoftmax,
  type TrainedHead,
  type TrainingSet,
} from '../training';
import type { HeadKind } from './crossValidationResults';
import { trainHidden } from './trainHidden';

/** Trains on scaled values. @throws the signal's reason once aborted */
export type HeadTrainer = (training: TrainingSet, signal: AbortSignal) => Promise<TrainedHead>;

interface HeadSizes {
  /** C */
  readonly classes: number;
  /** D */
  readonly dimension: number;
  readonly seed: number;
  /** Every class counts as much as any other, where a head of the kind takes weights. */
  readonly balanced: boolean;
  readonly runtime: Pick<Runtime, 'multiply' | 'multiply64'>;
}

/**
 * Said before anything is trained on `count` images.
 * @throws NEIGHBOURS_TOO_LARGE where a run could not keep a head of this kind
 */
export function checkHeadSize(kind: HeadKind, count: number, dimension: number): void {
  const bytes = neighbourBytes(count, dimension);
  if (kind === 'neighbours' && bytes > mostNeighbourBytes)
    throw new RetrainError('NEIGHBOURS_TOO_LARGE', {
      count,
      size: Math.ceil(bytes / 2 ** 20),
      limit: mostNeighbourBytes / 2 ** 20,
    });
}

/** The usual training of each kind of head, with nothing to choose but what it chooses itself. */
export function headTrainer(
  kind: HeadKind,
  { classes, dimension, seed, balanced, runtime }: HeadSizes,
): HeadTrainer {
  const sizes = { classes, dimension };
  const weightsOf = ({ labels }: TrainingSet) => (balanced ? balancedWeights(labels, classes) : undefined);
  switch (kind) {
    case 'softmax':
      return async (training, signal) => {
        const imageWeights = weightsOf(training);
        const task = { training, validation: null, ...sizes, imageWeights, ...trainingDefaults };
        return { kind: 'linear', head: (await trainSoftmax(task, runtime.multiply, { signal })).head };
      };
    case 'ridge':
      return async (training, signal) => ({
        kind: 'linear',
        head: await fitRidgeHead({ training, ...sizes, imageWeights: weightsOf(training) }, runtime, {
          signal,
        }),
      });
    case 'hidden':
      return async (training, signal) =>
        (
          await trainHidden(
            { training, validation: null, ...sizes, seed, imageWeights: weightsOf(training) },
            runtime.multiply,
            { signal },
          )
        ).trained;
    case 'neighbours':
      return async (training, signal) => {
        const { neighbours } = await trainNeighbours({ training, ...sizes }, runtime.multiply, { signal });
        return { kind: 'neighbours', neighbours };
      };
    case 'centroid':
      return async (training, signal) => ({
        kind: 'linear',
        head: (await trainCentroid({ training, ...sizes }, runtime.multiply, { signal })).head,
      });
  }
}
