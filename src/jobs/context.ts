import type { Report } from '../base';
import type { ImageReader } from '../images';
import type { Networks } from './networks';
import type { JobName, JobParams, JobProgress, JobResult } from './requests';

/** Where things are on this machine: given once, when the thread starts. */
export interface Places {
  /** The folder `media` of the extension, which holds backbones and samples. */
  readonly assets: string;
  /** Where cache, splits and runs of read-only datasets go. */
  readonly cacheDirectory: string;
  /** Where the editor has installed tfjs-node, if it has. */
  readonly tensorflowFolder?: string | undefined;
}

/** What every job is given besides its parameters. */
export interface JobContext<P> {
  readonly places: Places;
  readonly networks: Networks;
  /** Reads and decodes in other threads. */
  readonly reader: ImageReader;
  readonly signal: AbortSignal;
  readonly report: Report<P>;
}

export type Job<K extends JobName> = (
  params: JobParams<K>,
  context: JobContext<JobProgress<K>>,
) => Promise<JobResult<K>>;
