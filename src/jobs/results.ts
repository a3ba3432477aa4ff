import type { ErrorParams, Failure } from '../base';

/** What the jobs take and give: plain data that crosses threads and processes. Paths in a result are relative to the dataset, with `/`. */

export interface ClassCount {
  readonly label: string;
  readonly count: number;
}

/** A failure or warning that may come from a run on disk, and so from another version, whose codes this one does not know. */
export interface Notice {
  readonly code: string;
  readonly params: ErrorParams;
  readonly message: string;
}

/** A file that was left out, and why. */
export interface SkippedView extends Notice {
  readonly path: string;
}

export interface DatasetFacts {
  /** Absolute path of the dataset folder. */
  readonly root: string;
  readonly name: string;
  readonly classes: readonly ClassCount[];
  readonly images: number;
  readonly skipped: readonly SkippedView[];
  /** Groups of paths with the same content under different labels. */
  readonly duplicates: readonly (readonly string[])[];
  readonly warnings: readonly Notice[];
}

export interface BackboneFacts {
  readonly id: string;
  readonly name: string;
  readonly dimension: number;
  readonly fingerprint: string;
}

export interface BottleneckCounts {
  readonly cached: number;
  readonly computed: number;
  readonly seconds: number;
}

/** Accuracy in [0, 1], cross-entropy in nats. */
export interface Score {
  readonly accuracy: number;
  readonly crossEntropy: number;
}

export interface EpochView {
  readonly epoch: number;
  readonly training: Score;
  readonly validation: Score | null;
}

/** Precision, recall and F1 in [0, 1]; null where they are undefined. */
export interface ClassScore {
  readonly label: string;
  /** Images of this class in the testing split. */
  readonly images: number;
  readonly precision: number | null;
  readonly recall: number | null;
  readonly f1: number | null;
}

/** The answer of the saved head to one image of the testing split. */
export interface PredictionView {
  readonly path: string;
  readonly label: string;
  readonly predicted: string;
  readonly probability: number;
}

export interface EvaluationView {
  readonly seconds: number;
  readonly labels: readonly string[];
  /** Images measured: the testing split. */
  readonly n: number;
  /** Null when there was nothing to test on. */
  readonly accuracy: number | null;
  /** 95 % Wilson interval of the accuracy. */
  readonly interval: { readonly low: number; readonly high: number } | null;
  /** Rows: the truth; columns: what the head said. */
  readonly confusion: readonly (readonly number[])[];
  readonly classes: readonly ClassScore[];
  readonly predictions: readonly PredictionView[];
}

export interface SplitCounts {
  readonly training: number;
  readonly validation: number;
  readonly testing: number;
}

/** A finished run: what the panel shows, whether it was just trained or read from disk. */
export interface RunView {
  /** Absolute path of the run's folder. */
  readonly folder: string;
  /** The run's name: the last part of `folder`. */
  readonly name: string;
  /** ISO 8601. */
  readonly created: string;
  readonly dataset: DatasetFacts;
  readonly scanSeconds: number;
  readonly backbone: BackboneFacts;
  readonly runtime: string;
  readonly bottlenecks: BottleneckCounts;
  readonly split: SplitCounts;
  readonly training: {
    readonly epochs: number;
    readonly bestEpoch: number;
    readonly seconds: number;
    readonly seed: number;
    readonly curve: readonly EpochView[];
  };
  readonly evaluation: EvaluationView;
}

/** What a job says while it runs, in this order; `scanning`, `bottlenecks` and `training` repeat. */
export type RetrainProgress =
  | { readonly kind: 'scanning'; readonly files: number }
  | { readonly kind: 'scanned'; readonly dataset: DatasetFacts; readonly seconds: number }
  | {
      readonly kind: 'bottlenecks';
      readonly done: number;
      readonly of: number;
      /** Of `done`: found in the cache. */
      readonly cached: number;
      readonly perSecond: number;
      readonly secondsLeft: number | null;
      readonly path: string;
    }
  | {
      readonly kind: 'bottlenecksDone';
      readonly counts: BottleneckCounts;
      /** The facts again, now with what could not be read and the duplicates. */
      readonly dataset: DatasetFacts;
    }
  | { readonly kind: 'training'; readonly epoch: EpochView; readonly maxEpochs: number }
  | {
      readonly kind: 'trained';
      readonly epochs: number;
      readonly bestEpoch: number;
      readonly seconds: number;
    };

export interface BottlenecksResult {
  readonly dataset: DatasetFacts;
  readonly scanSeconds: number;
  readonly backbone: BackboneFacts;
  readonly runtime: string;
  readonly bottlenecks: BottleneckCounts;
}

export interface LabelScore {
  readonly label: string;
  readonly probability: number;
}

/** One image's answer; `scores` are ordered, the likeliest first. `path` is as it was given. */
export type Answer =
  | {
      readonly kind: 'answered';
      readonly path: string;
      readonly label: string;
      readonly confidence: number;
      readonly scores: readonly LabelScore[];
    }
  | { readonly kind: 'failed'; readonly path: string; readonly failure: Failure };

/** Which run answered. */
export interface RunFacts {
  readonly folder: string;
  readonly name: string;
  readonly created: string;
  readonly datasetName: string;
  readonly accuracy: number | null;
  readonly testingImages: number;
}

export interface ClassifyResult {
  readonly run: RunFacts;
  readonly runtime: string;
  readonly answers: readonly Answer[];
}

export interface EvaluateResult {
  readonly run: RunFacts;
  readonly images: number;
  readonly accuracy: number | null;
  readonly interval: { readonly low: number; readonly high: number } | null;
  readonly labels: readonly string[];
  readonly confusion: readonly (readonly number[])[];
  readonly skipped: readonly SkippedView[];
  /** Of the images: how many the run was fitted on, by content. */
  readonly seenInTraining: number;
  /** Labels of the folder that the run does not know; their images are not counted. */
  readonly unknownLabels: readonly string[];
}

/** One part of the cache, as the inspector shows it. */
export interface PartView {
  /** Absolute path of the .npy file. */
  readonly file: string;
  /** Absolute path of the dataset's folder, which the rows' paths are relative to. */
  readonly dataset: string;
  readonly label: string;
  readonly backbone: string;
  /** Null where the index beside the matrix is gone or damaged. */
  readonly runtime: string | null;
  readonly dimension: number;
  readonly bytes: number;
  readonly rows: readonly PartRow[];
  /** Mean and deviation of each value ([D]) over up to 1,000 rows of this backbone's cache, to draw the strips against. */
  readonly mean: Float32Array;
  readonly deviation: Float32Array;
}

/** `wrong`: the values do not match their checksum and are not used. `missing`: no line says what the row holds. */
export type ChecksumState = 'right' | 'wrong' | 'missing';

export interface PartRow {
  readonly row: number;
  readonly checksum: ChecksumState;
  /** Null where no line says. */
  readonly sha256: string | null;
  readonly view: number | null;
  /** Where the image was found last, relative to the dataset; null when it is not known to be anywhere now. */
  readonly path: string | null;
  readonly pathWhenComputed: string | null;
}

export interface RowValues {
  readonly row: number;
  readonly checksum: ChecksumState;
  /** [D], as they stand on disk. */
  readonly values: Float32Array;
}

export interface CacheTree {
  readonly backbones: readonly {
    readonly id: string;
    readonly labels: readonly {
      readonly label: string;
      readonly images: readonly CacheTreeImage[];
    }[];
  }[];
}

export interface CacheTreeImage {
  /** Relative to the dataset. */
  readonly path: string;
  /** Absolute path of the part (.npy) and the row in it. */
  readonly file: string;
  readonly row: number;
}
