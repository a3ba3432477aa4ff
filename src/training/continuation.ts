import type { Report } from '../base';
import type { Head } from './head';
import type { Epoch } from './trainSoftmax';

/** What ended a training: nothing more was to be gained, its limit, early stopping, or the person. */
export type TrainingEnd = 'converged' | 'limit' | 'patience' | 'stopped';

/** Where an earlier training of the same kind ended, on the values that this one takes. */
export interface Continuation {
  /** The curve so far, which goes on. */
  readonly curve: readonly Epoch[];
  readonly bestEpoch: number;
  /** The head of `bestEpoch`: kept where nothing better comes. */
  readonly best: Head;
  /** The head to go on from. */
  readonly last: Head;
}

export interface TrainingOptions {
  readonly signal?: AbortSignal;
  /** Once aborted, training ends after the iteration under way, with what it has. */
  readonly stop?: AbortSignal;
  readonly report?: Report<Epoch>;
  /** Of optimizers that make steps: awaited after each, counted from 0; `head` gives what it has come to. */
  readonly afterStep?: ((step: number, head: () => Promise<Head>) => Promise<void>) | undefined;
}

/** How many steps a curve that counts them from 0 has come to. */
export function stepsOf(curve: readonly Epoch[]): number {
  return (curve.at(-1)?.epoch ?? -1) + 1;
}
