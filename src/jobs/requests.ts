import type { Shard } from '../dataset';
import type { SplitRule } from '../models';
import type { LbfgsOptimizer, RetrainPyOptimizer } from '../training';
import type { BackboneListing, ComparedBackbone, CutView, DownloadProgress } from './backboneResults';
import type { LearningCurve, RunComparison, RunSummaries, RunTitle } from './runResults';
import type {
  Answer,
  BottlenecksResult,
  CacheSize,
  CacheTree,
  ClassifyResult,
  ClearResult,
  Diagnostics,
  EvaluateResult,
  MergeResult,
  PartView,
  RefitProgress,
  RetrainProgress,
  RowValues,
  RunFacts,
  RunView,
  VerifyProgress,
  VerifyResult,
} from './results';
import type { ExportResult, ImportProgress, ImportResult } from './textResults';

/** How a softmax regression is trained; what l-bfgs leaves open is chosen by measurement. */
export type OptimizerChoice = Pick<LbfgsOptimizer, 'kind'> | RetrainPyOptimizer;

/** Which head is trained; what is left open is chosen by measurement. */
export type HeadChoice =
  { readonly kind: 'softmax'; readonly optimizer: OptimizerChoice } | { readonly kind: 'ridge' };

export interface RetrainSettings {
  /** `auto` or a backbone id. */
  readonly backbone: string;
  /** `auto` or a runtime id. */
  readonly runtime: string;
  readonly seed: number;
  /** Percent of the images, 0 to 90. */
  readonly validationPercentage: number;
  readonly testingPercentage: number;
  readonly splitRule: SplitRule;
  readonly head: HeadChoice;
}

/** What a training writes besides its run; absolute paths. */
export interface TrainingOutputs {
  /** labels.txt, under whatever name. */
  readonly labelsFile?: string;
  /** The head alone, as a TensorFlow.js layers model. */
  readonly head?: { readonly folder: string; readonly outputName: string };
  /** Folder of TensorBoard's event files, in one of the run's name. */
  readonly summaries?: string;
}

/** Every job by its name: what it takes, what it says while it runs, what it gives. Absolute paths in, plain data both ways. */
export interface Jobs {
  findDatasets: {
    params: { readonly folders: readonly string[]; readonly exclude: readonly string[] /* globs */ };
    progress: never;
    result: { readonly datasets: readonly string[] };
  };
  retrain: {
    params: {
      readonly folder: string;
      readonly settings: RetrainSettings;
      readonly outputs?: TrainingOutputs;
    };
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
      /** Answers of a smaller probability are `unsure`; none is where it is not given. */
      readonly reject?: number;
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
    params: { readonly folder: string; readonly run: string; readonly runtime: string };
    progress: RefitProgress;
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
  /** Takes retrain.py's text files in `from` into the cache of a dataset; `module`: of one alone, null: of all. */
  importBottlenecks: {
    params: { readonly from: string; readonly folder: string; readonly module: string | null };
    progress: ImportProgress;
    result: ImportResult;
  };
  /** Writes the values of a dataset as retrain.py's text files; what is missing is computed. */
  exportBottlenecks: {
    params: {
      readonly folder: string;
      readonly to: string;
      readonly settings: Pick<RetrainSettings, 'backbone' | 'runtime'>;
    };
    progress: RetrainProgress | { readonly kind: 'exporting'; readonly done: number; readonly of: number };
    result: ExportResult;
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
  listBackbones: {
    params: Readonly<Record<never, never>>;
    progress: never;
    result: { readonly backbones: readonly BackboneListing[] };
  };
  /** Where the network at `source`, a path or an address, can be cut, from its input to its output. */
  inspectNetwork: {
    params: NetworkSource;
    progress: DownloadProgress;
    result: {
      readonly input: { readonly height: number; readonly width: number };
      /** Whether its files say which numbers it takes for pixels. */
      readonly normalisationKnown: boolean;
      readonly candidates: readonly CutView[];
    };
  };
  /** Makes a backbone of a TF.js `model.json` or an ONNX file and keeps it on this machine. */
  addBackbone: {
    params: NetworkSource & {
      /** null: as the file or its folder is called. */
      readonly name: string | null;
      /** Layers whose values, averaged over space, are the bottleneck; null: the last before those that classify. */
      readonly cut: readonly string[] | null;
      /** `0..1`, `-1..1`, `0..255`, `imagenet`, `mean,deviation` or `m,m,m,d,d,d`; null: as its files say. */
      readonly normalisation: string | null;
    };
    progress: DownloadProgress;
    result: {
      readonly id: string;
      readonly name: string;
      readonly dimension: number;
      readonly input: { readonly height: number; readonly width: number };
      readonly cut: readonly string[];
    };
  };
  /** Fetches a backbone of the catalogue. */
  downloadBackbone: {
    params: {
      readonly id: string;
      /** null: as the catalogue says. */
      readonly cut: readonly string[] | null;
      readonly proxy: string | null;
      /** Another address that has the same files; null: that of the catalogue. */
      readonly from: string | null;
    };
    progress: DownloadProgress;
    result: Jobs['addBackbone']['result'];
  };
  /** Gives a backbone of this machine eight bits, by pictures of `folder`, where it then agrees with itself. */
  quantiseBackbone: {
    params: { readonly id: string; readonly folder: string };
    progress: VerifyProgress;
    result: {
      readonly id: string;
      readonly from: string;
      /** Pictures that the ranges were found on, and others that the two were compared on. */
      readonly calibrated: number;
      readonly compared: number;
      /** Cosines between the values of float32 and of eight bits. */
      readonly median: number;
      readonly least: number;
    };
  };
  /** Accuracy, cross-validated, against the time of each backbone; `ids` empty: all of this machine. */
  compareBackbones: {
    params: {
      readonly folder: string;
      readonly ids: readonly string[];
      readonly runtime: string;
      /** 2 or more. */
      readonly folds: number;
      readonly seed: number;
    };
    progress: RetrainProgress;
    result: {
      readonly folds: number;
      readonly seed: number;
      readonly compared: readonly ComparedBackbone[];
    };
  };
  removeBackbone: {
    params: { readonly id: string };
    progress: never;
    result: Readonly<Record<never, never>>;
  };
  /** What this machine has and lacks; `text` says it to a person. */
  doctor: {
    params: Readonly<Record<never, never>>;
    progress: never;
    result: { readonly diagnostics: Diagnostics; readonly text: string };
  };
}

/** A network somebody names. */
export interface NetworkSource {
  /** Absolute path, or an address (http, https). */
  readonly source: string;
  /** null: as the file says. */
  readonly input: { readonly height: number; readonly width: number } | null;
  /** The editor's http.proxy; null: that of the environment. */
  readonly proxy: string | null;
}

export type JobName = keyof Jobs;
export type JobParams<K extends JobName> = Jobs[K]['params'];
export type JobProgress<K extends JobName> = Jobs[K]['progress'];
export type JobResult<K extends JobName> = Jobs[K]['result'];
