import type { RetrainPyOptimizer } from './retrainPy';

/** L-BFGS over the whole set on scaled values: see `trainSoftmax`. */
export interface LbfgsOptimizer {
  readonly kind: 'l-bfgs';
  readonly l2: number;
  readonly maxEpochs: number;
  /** The l2 among which validation chooses, where there is any; absent: `l2` it is. */
  readonly penalties?: readonly number[];
}

/** How a head is trained, with all that decides its numbers besides the seed. */
export type Optimizer = LbfgsOptimizer | RetrainPyOptimizer;

/** What the numbers of a curve count: iterations over the whole set, or batches. */
export type CurveUnit = 'epoch' | 'step';
