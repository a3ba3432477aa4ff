import type { Shard } from '../dataset';
import type { BackboneJobs } from './backboneRequests';
import type {
  CacheSize,
  CacheTree,
  ClearResult,
  MergeResult,
  PartView,
  RowValues,
  VerifyProgress,
  VerifyResult,
} from './cacheResults';
import type { JUnitOutput } from './junit';
import type { LearningCurve, RunComparison, RunSummaries, RunTitle } from './runResults';
import type {
  Answer,
  BottlenecksResult,
  ClassifyResult,
  Diagnostics,
  EvaluateResult,
  RefitProgress,
  RetrainProgress,
  RunFacts,
  RunView,
} from './results';
import type { CrossValidatedHead, CrossValidationView, HeadKind } from './crossValidationResults';
import type { NetworkSettings, RejectSettings, RetrainSettings, SettingsChoice } from './retrainSettings';
import type { SettingsJobs } from './settingsRequests';
import type { ExportResult, ImportProgress, ImportResult } from './textResults';

/** What is asked about: a dataset with its settings, or a run: its settings, on its dataset as it is now. */
export type Subject =
  | (SettingsChoice<RetrainSettings> & { readonly kind: 'dataset'; readonly folder: string })
  | { readonly kind: 'run'; readonly run: string; readonly runtime: string };

/** What a training writes besides its run; absolute paths. */
export interface TrainingOutputs {
  /** labels.txt, under whatever name. */
  readonly labelsFile?: string;
  /** The head alone, as a TensorFlow.js layers model. */
  readonly head?: { readonly folder: string; readonly outputName: string };
  /** The head every so many steps, of an optimizer that makes them, each in a folder of its own. */
  readonly snapshots?: { readonly folder: string; readonly every: number; readonly outputName: string };
  /** Folder of TensorBoard's event files, in one of the run's name. */
  readonly summaries?: string;
  readonly junit?: JUnitOutput;
}

/** Every job by its name: what it takes, what it says while it runs, what it gives. Absolute paths in, plain data both ways. */
export interface Jobs extends BackboneJobs, SettingsJobs {
  findDatasets: {
    params: { readonly folders: readonly string[]; readonly exclude: readonly string[] /* globs */ };
    progress: never;
    result: { readonly datasets: readonly string[] };
  };
  retrain: {
    params: SettingsChoice<RetrainSettings> & {
      readonly folder: string;
      readonly outputs?: TrainingOutputs;
    };
    progress: RetrainProgress;
    result: RunView;
  };
  /** Goes on with the training of a run, under its settings, on its dataset as it is now. */
  continueRun: {
    params: {
      readonly folder: string;
      readonly run: string;
      readonly runtime: string;
      /**
       * Epochs or steps to go on for; null: up to the limit of its settings, and where that was reached as many again.
       */
      readonly more: number | null;
      readonly outputs?: TrainingOutputs;
    };
    progress: RetrainProgress;
    result: RunView;
  };
  /** Writes of a run that is there what its training could have written. */
  exportRun: {
    params: { readonly run: string; readonly outputs: TrainingOutputs };
    progress: never;
    result: Readonly<Record<never, never>>;
  };
  bottlenecks: {
    params: SettingsChoice<NetworkSettings> & {
      readonly folder: string;
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
      /** Folder of the run; null: the newest that can answer, of the nearest dataset above the first image. */
      readonly run: string | null;
      readonly runtime: string;
      /** Below which probability answers are `unsure`; a retrain.json of the run's dataset has a say. Absent: none is. */
      readonly reject?: SettingsChoice<RejectSettings>;
    };
    /** Where the run has to be refitted, what is said of that; then this, batch by batch. */
    progress:
      | RefitProgress
      | {
          readonly kind: 'classifying';
          readonly done: number;
          readonly of: number;
          readonly run: RunFacts;
          /** Of the batch; at first, of the images that were refused unread. */
          readonly answers: readonly Answer[];
        };
    result: ClassifyResult;
  };
  evaluate: {
    params: {
      readonly folder: string;
      /** Null: the newest run of the nearest dataset at or above the folder. */
      readonly run: string | null;
      readonly runtime: string;
      /** At which probability it is counted what is left of the answers, as for `classify`. */
      readonly reject?: SettingsChoice<RejectSettings>;
      readonly junit?: JUnitOutput;
    };
    /** Where no run was given, the folder of the one that was found; then what is said of a refit. */
    progress: RefitProgress | { readonly kind: 'runFound'; readonly run: string };
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
  /** Removes a run for good. */
  deleteRun: {
    params: { readonly run: string };
    progress: never;
    result: Readonly<Record<never, never>>;
  };
  /** `before` and `after`: folders of runs. */
  compareRuns: {
    params: { readonly before: string; readonly after: string };
    progress: never;
    result: RunComparison;
  };
  /** Would more images help? */
  learningCurve: {
    params: {
      readonly subject: Subject;
      /** How often the images are dealt out to folds, 1 or more; null: as their number and the head allow. */
      readonly repeats: number | null;
    };
    progress:
      | RetrainProgress
      | { readonly kind: 'learning'; readonly done: number; readonly of: number; readonly images: number };
    result: LearningCurve;
  };
  /** Which head answers best, of those named; every image is answered by one that was not trained on it. */
  crossValidateHeads: {
    params: {
      readonly subject: Subject;
      readonly heads: readonly HeadKind[];
      /** 2 or more. */
      readonly folds: number;
      /** How often the images are dealt out to folds, 1 or more. */
      readonly repeats: number;
    };
    progress:
      | RetrainProgress
      | {
          readonly kind: 'crossValidating';
          /** The one under way; `done` and `of` count the trainings of all. */
          readonly head: HeadKind;
          readonly done: number;
          readonly of: number;
        }
      | { readonly kind: 'crossValidated'; readonly result: CrossValidatedHead };
    result: CrossValidationView;
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
    params: SettingsChoice<NetworkSettings> & { readonly image: string };
    progress: RetrainProgress;
    result: { readonly file: string; readonly row: number };
  };
  /** Unites caches: each of `from`, and `into`, a dataset or a `.bottlenecks` folder. */
  merge: {
    params: { readonly from: readonly string[]; readonly into: string };
    progress: { readonly kind: 'merging'; readonly done: number; readonly of: number };
    result: MergeResult;
  };
  /** Takes retrain.py's text files in `from` into the cache of a dataset; `module`: of one alone, null: of all. */
  importBottlenecks: {
    params: { readonly from: string; readonly folder: string; readonly module: string | null };
    progress: ImportProgress;
    result: ImportResult;
  };
  /** Writes the values of a dataset as retrain.py's text files; what is missing is computed. */
  exportBottlenecks: {
    params: SettingsChoice<NetworkSettings> & { readonly folder: string; readonly to: string };
    progress: RetrainProgress | { readonly kind: 'exporting'; readonly done: number; readonly of: number };
    result: ExportResult;
  };
  /** Holds the cache of a dataset against its images; `sample`: how many are computed anew, null: all. */
  verify: {
    params: SettingsChoice<NetworkSettings> & {
      readonly folder: string;
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
