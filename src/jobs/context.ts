import type { Report } from '../base';
import type { ImageReader } from '../images';
import type { Networks } from './networks';
import type { Places } from './places';
import type { JobName, JobParams, JobProgress, JobResult } from './requests';

/** What every job is given besides its parameters. */
export interface JobContext<P> {
  readonly places: Places;
  readonly networks: Networks;
  /** Reads and decodes in other threads. */
  readonly reader: ImageReader;
  readonly signal: AbortSignal;
  /** Once aborted, a training under way ends with what it has, and the job goes on. */
  readonly stop: AbortSignal;
  readonly report: Report<P>;
}

export type Job<K extends JobName> = (
  params: JobParams<K>,
  context: JobContext<JobProgress<K>>,
) => Promise<JobResult<K>>;
