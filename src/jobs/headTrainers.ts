import { partFold, stratifiedFolds } from '../evaluation';
import type { Runtime } from '../runtimes';
import {
  balancedWeights,
  trainByGradient,
  trainCentroid,
  trainingDefaults,
  trainNeighbours,
  trainRidge,
  trainSoftmax,
  type TrainedHead,
  type TrainingSet,
} from '../training';
import type { HeadKind } from './crossValidationResults';

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

/** Of the hidden layer and its training; measured in docs/heads.md. */
const hidden = { units: 128, batchSize: 32, learningRate: 0.003, passes: 100, patience: 10 } as const;
/** One in so many images decides when the training of a hidden layer ends. */
const validationFolds = 10;

/** Whether the images of a training can have weights: votes and class means have no place for them. */
export function takesWeights(kind: HeadKind): boolean {
  return kind === 'softmax' || kind === 'ridge' || kind === 'hidden';
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
        head: (
          await trainRidge({ training, ...sizes, imageWeights: weightsOf(training) }, runtime.multiply64, {
            signal,
          })
        ).head,
      });
    case 'hidden':
      return async (all, signal) => {
        const foldOf = stratifiedFolds(all.labels, classes, validationFolds, seed);
        const {
          training: { set: training },
          held: { set: validation },
        } = partFold(all, foldOf, 0);
        const { units, batchSize, learningRate, passes, patience } = hidden;
        const measureEvery = Math.ceil(training.labels.length / batchSize);
        const { trained } = await trainByGradient(
          {
            training,
            validation,
            ...sizes,
            hidden: units,
            imageWeights: weightsOf(training),
            labelSmoothing: 0,
            stepRule: { kind: 'adam', learningRate },
            batchSize,
            steps: passes * measureEvery,
            measureEvery,
            patience,
            seed,
          },
          runtime.multiply,
          { signal },
        );
        return trained;
      };
    case 'neighbours':
      return async (training) => ({
        kind: 'neighbours',
        neighbours: await trainNeighbours({ training, ...sizes }, runtime.multiply),
      });
    case 'centroid':
      return (training) =>
        Promise.resolve({ kind: 'linear', head: trainCentroid(training, dimension, classes) });
  }
}
