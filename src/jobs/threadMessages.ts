import type { Failure } from '../base';
import type { JobName, JobParams } from './requests';

/** A job to run, its parameters tied to its name. */
export type RunMessage<K extends JobName = JobName> = {
  [N in K]: { readonly kind: 'run'; readonly id: number; readonly name: N; readonly params: JobParams<N> };
}[K];

export type ToThread =
  | RunMessage
  | { readonly kind: 'cancel'; readonly id: number }
  /** Ends the training of a job, which goes on with what there is. */
  | { readonly kind: 'stopTraining'; readonly id: number }
  /** Ends the thread after what runs has been cancelled and has come back. */
  | { readonly kind: 'stop' };

export type FromThread =
  | { readonly kind: 'progress'; readonly id: number; readonly progress: unknown }
  | { readonly kind: 'done'; readonly id: number; readonly result: unknown }
  | { readonly kind: 'cancelled'; readonly id: number }
  | { readonly kind: 'failed'; readonly id: number; readonly failure: Failure; readonly stack: string };
