import type { HeadKind, JobName, JobParams } from '../jobs';

/** Names of the engine's JSON-RPC methods. A job is a request; cancelling the request cancels the job. */
export const requests = {
  /** params: JobRequest, result: JobResult. Fails with a ResponseError whose `data` is a Failure. */
  job: 'retrain/job',
} as const;

/** Names of what the editor tells the engine without an answer. */
export const notifications = {
  /** params: StopTraining. The training of a job ends with what it has, and the job goes on; it is not cancelled. */
  stopTraining: 'retrain/stopTraining',
} as const;

/** The job is the one that was sent with this token for its progress. */
export interface StopTraining {
  readonly progressToken: number;
}

export interface JobRequest<K extends JobName = JobName> {
  readonly name: K;
  readonly params: JobParams<K>;
  /** Progress is sent under this token; absent: nobody listens. */
  readonly progressToken?: number;
}

/** The heads that the editor compares: those that take longest come last. */
export const comparedHeads: readonly HeadKind[] = ['softmax', 'ridge', 'neighbours', 'centroid', 'hidden'];
/** Those that are compared where the person chooses no others: the hidden layer takes longer than all others together. */
export const usuallyCompared: readonly HeadKind[] = ['softmax', 'ridge', 'neighbours', 'centroid'];
/** Parts of a cross-validation of heads where the person says nothing, and how often they may be dealt out. */
export const headFolds = 5;
export const mostRepeats = 100;
