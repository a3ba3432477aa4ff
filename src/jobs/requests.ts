import type { Shard } from '../dataset';
import type { LearningCurve, RunComparison, RunSummaries, RunTitle } from './runResults';
import type {
  BottlenecksResult,
  CacheSize,
  CacheTree,
  ClassifyResult,
  ClearResult,
  Diagnostics,
  EvaluateResult,
  MergeResult,
  PartView,
  RetrainProgress,
  RowValues,
  RunView,
  VerifyProgress,
  VerifyResult,
} from './results';

export interface RetrainSettings {
  /** `auto` or a backbone id. */
  readonly backbone: string;
  /** `auto` or a runtime id. */
  readonly runtime: string;
  readonly seed: number;
  /** Percent of the images, 0 to 90. */
  readonly validationPercentage: number;
  readonly testingPercentage: number;
}

/** Every job by its name: what it takes, what it says while it runs, what it gives. Absolute paths in, plain data both ways. */
export interface Jobs {
  findDatasets: {
    params: { readonly folders: readonly string[]; readonly exclude: readonly string[] /* globs */ };
    progress: never;
    result: { readonly datasets: readonly string[] };
  };
  retrain: {
    params: { readonly folder: string; readonly settings: RetrainSettings };
    progress: RetrainProgress;
    result: RunView;
  };
  bottlenecks: {
    params: {
      readonly folder: string;
      readonly settings: Pick<RetrainSettings, 'backbone' | 'runtime'>;
      /** Only this share of the images is computed. */
      readonly shard?: Shard;
    };
    progress: RetrainProgress;
    result: BottlenecksResult;
  };
  /** `paths`: images or folders, absolute or relative to `base`; answers carry them as given. */
  classify: {
    params: {
      readonly base: string;
      readonly paths: readonly string[];
      /** Folder of the run; null: the newest run of the nearest dataset above the first image. */
      readonly run: string | null;
      readonly runtime: string;
    };
    /** What a retraining says where the run has to be refitted, then this. */
    progress: RetrainProgress | { readonly kind: 'classifying'; readonly done: number; readonly of: number };
    result: ClassifyResult;
  };
  evaluate: {
    params: { readonly folder: string; readonly run: string; readonly runtime: string };
    progress: RetrainProgress;
    result: EvaluateResult;
  };
  /** The newest run of the nearest dataset at or above `path`. */
  findRun: { params: { readonly path: string }; progress: never; result: { readonly run: string | null } };
  /** Folders of all runs of a dataset, newest first. */
  listRuns: {
    params: { readonly folder: string };
    progress: never;
    result: { readonly runs: readonly string[] };
  };
  readRun: { params: { readonly run: string }; progress: never; result: RunView };
  /** What a list of a dataset's runs says of each. */
  summariseRuns: { params: { readonly folder: string }; progress: never; result: RunSummaries };
  /** Names or pins a run; what is not given stays. */
  titleRun: {
    params: { readonly run: string; readonly title?: string | null; readonly pinned?: boolean };
    progress: never;
    result: RunTitle;
  };
  /** `before` and `after`: folders of runs. */
  compareRuns: {
    params: { readonly before: string; readonly after: string };
    progress: never;
    result: RunComparison;
  };
  /** Would more images help? Asked of a dataset, or of a run: with its settings, on its dataset as it is now. */
  learningCurve: {
    params: {
      readonly subject:
        | { readonly kind: 'dataset'; readonly folder: string; readonly settings: RetrainSettings }
        | { readonly kind: 'run'; readonly run: string; readonly runtime: string };
      /** Trainings at each size, 1 or more. */
      readonly repeats: number;
    };
    progress:
      | RetrainProgress
      | { readonly kind: 'learning'; readonly done: number; readonly of: number; readonly images: number };
    result: LearningCurve;
  };
  /** JPEG bytes of an upright picture of at most `size` pixels on its longer side. */
  thumbnail: {
    params: { readonly path: string; readonly size: number };
    progress: never;
    result: { readonly bytes: Uint8Array };
  };
  inspectPart: { params: { readonly file: string }; progress: never; result: PartView };
  readRows: {
    params: { readonly file: string; readonly from: number; readonly to: number };
    progress: never;
    result: { readonly rows: readonly RowValues[] };
  };
  /** Where the values of an image are; computes them if need be. */
  locateBottleneck: {
    params: { readonly image: string; readonly settings: Pick<RetrainSettings, 'backbone' | 'runtime'> };
    progress: RetrainProgress;
    result: { readonly file: string; readonly row: number };
  };
  /** Unites caches: each of `from`, and `into`, a dataset or a `.bottlenecks` folder. */
  merge: {
    params: { readonly from: readonly string[]; readonly into: string };
    progress: { readonly kind: 'merging'; readonly done: number; readonly of: number };
    result: MergeResult;
  };
  /** Holds the cache of a dataset against its images; `sample`: how many are computed anew, null: all. */
  verify: {
    params: {
      readonly folder: string;
      readonly settings: Pick<RetrainSettings, 'backbone' | 'runtime'>;
      readonly sample: number | null;
      /** Of the choice of the sample. */
      readonly seed: number;
    };
    progress: VerifyProgress;
    result: VerifyResult;
  };
  measureBottlenecks: { params: { readonly folder: string }; progress: never; result: CacheSize };
  /** Removes the cache of a dataset; with `force` also while another process writes to it. */
  clearBottlenecks: {
    params: { readonly folder: string; readonly force: boolean };
    progress: never;
    result: ClearResult;
  };
  listBottlenecks: { params: { readonly folder: string }; progress: never; result: CacheTree };
  /** What this machine has and lacks; `text` says it to a person. */
  doctor: {
    params: Readonly<Record<never, never>>;
    progress: never;
    result: { readonly diagnostics: Diagnostics; readonly text: string };
  };
}

export type JobName = keyof Jobs;
export type JobParams<K extends JobName> = Jobs[K]['params'];
export type JobProgress<K extends JobName> = Jobs[K]['progress'];
export type JobResult<K extends JobName> = Jobs[K]['result'];
