import type { RetrainPyOptimizer } from './retrainPy';

/** L-BFGS over the whole set on scaled values: see `trainSoftmax`. */
export interface LbfgsOptimizer {
  readonly kind: 'l-bfgs';
  readonly l2: number;
  readonly maxEpochs: number;
  /** The l2 among which validation chooses, where there is any; absent: `l2` it is. */
  readonly penalties?: readonly number[];
  /** See `measure`; absent: none. */
  readonly labelSmoothing?: number;
}

/** Steps of Adam or of plain gradient descent over shuffled batches, on scaled values: see `trainStepped`. */
export interface SteppedOptimizer {
  readonly kind: 'adam' | 'sgd';
  readonly steps: number;
  readonly learningRate: number;
  /** Images of a step, each once before any comes again; -1: the whole side. */
  readonly trainBatchSize: number;
  readonly evalStepInterval: number;
  /** 0: none. */
  readonly labelSmoothing: number;
  /** Evaluations without a better one after which training ends; 0: it goes on to its last step. */
  readonly earlyStopping: number;
}

/** How a head is trained, with all that decides its numbers besides the seed. */
export type Optimizer = LbfgsOptimizer | SteppedOptimizer | RetrainPyOptimizer;

/** What the numbers of a curve count: iterations over the whole set, or batches. */
export type CurveUnit = 'epoch' | 'step';
