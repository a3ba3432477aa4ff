import type { Failure } from '../base';
import type { BottleneckProgress } from '../bottlenecks';
import type { Shard } from '../dataset';
import type {
  Continues,
  HiddenSettings,
  RunDataset,
  RunEvaluation,
  RunLeaveOneOut,
  RunPrediction,
  RunRecord,
  RunSureness,
  RunTraining,
  ViewCounts,
} from '../models';
import type { RuntimeAvailability } from '../runtimes';
import type { CurveUnit, NeighboursTrial, RidgeTrial } from '../training';
import type { SettingsFacts } from './retrainSettings';
import type { Rejected } from './rejected';

/** What the jobs give: plain data that crosses threads and processes. Paths in a result are relative to the dataset, with `/`. */

export type { CurveUnit, HiddenSettings, NeighboursTrial, RidgeTrial, Shard };

export interface DatasetFacts extends RunDataset {
  /** Absolute path of the dataset folder. */
  readonly root: string;
}

export type ClassCount = RunDataset['classes'][number];
/** A failure or warning that may come from a run on disk, and so from another version, whose codes this one does not know. */
export type Notice = RunDataset['warnings'][number];
/** A file that was left out, and why. */
export type SkippedView = RunDataset['skipped'][number];
export type BackboneFacts = RunRecord['backbone'];
export type BottleneckCounts = RunRecord['bottlenecks'];
export type SplitCounts = RunRecord['split'];
export type TrainingView = RunTraining;
export type EpochView = Extract<RunTraining, { kind: 'iterative' }>['curve'][number];
export type SurenessView = RunSureness;
export type Score = EpochView['training'];
export type ClassScore = RunEvaluation['perClass'][number];
/** The answer to one image. */
export type PredictionView = Omit<RunPrediction, 'sha256' | 'side'>;

export interface EvaluationView extends Omit<RunEvaluation, 'on' | 'perClass'> {
  readonly classes: readonly ClassScore[];
  readonly predictions: readonly PredictionView[];
}

/** How good the answers are that images get from a head fitted to all others; or why that was not measured. */
export type LeaveOneOutView =
  | (EvaluationView & Pick<Extract<RunLeaveOneOut, { kind: 'measured' }>, 'kind' | 'penalty' | 'product'>)
  | Extract<RunLeaveOneOut, { kind: 'skipped' }>;

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
  /** Absent where no views were trained on. */
  readonly views?: ViewCounts;
  readonly split: SplitCounts;
  readonly training: TrainingView &
    Pick<RunRecord['settings'], 'seed' | 'head' | 'splitRule' | 'distortions' | 'classWeights'>;
  /** Of the saved head, on the testing split. */
  readonly evaluation: EvaluationView;
  /** Null in a run from before there was any. */
  readonly leaveOneOut: LeaveOneOutView | null;
  /** Null where the probabilities are as training left them. */
  readonly calibration: RunRecord['calibration'];
  /** The novelty above which a picture is called unknown, and how many images that rests on; null where none is. */
  readonly known: Pick<NonNullable<RunRecord['known']>, 'threshold' | 'images'> | null;
  /** Null for a training of its own. */
  readonly refitOf: RefitFacts | null;
  /** The run whose training this one went on with; absent where it began anew. */
  readonly continues?: Continues;
  /** Whether its training can be gone on with. */
  readonly continuable: boolean;
}

/** The run that another stands in for, since its network cannot run here. */
export interface RefitFacts {
  readonly name: string;
  /** The id of its backbone. */
  readonly backbone: string;
  /** On its testing images; null where it had none. */
  readonly accuracy: number | null;
}

/**
 * What a job says while it runs, in this order: `settings` at most once; `scanning`, `bottlenecks`, `training`,
 * `penaltyTried`, `descending`, `neighboursCompared` and `neighboursTried` repeat. Where a penalty is chosen on
 * validation, `training` begins anew with each at epoch 0.
 */
export type RetrainProgress =
  | (Omit<Extract<SettingsFacts, { kind: 'read' }>, 'kind'> & { readonly kind: 'settings' })
  | { readonly kind: 'scanning'; readonly files: number }
  | { readonly kind: 'scanned'; readonly dataset: DatasetFacts; readonly seconds: number }
  | BottleneckProgress
  | {
      readonly kind: 'bottlenecksDone';
      readonly counts: BottleneckCounts;
      /** The facts again, now with what could not be read and the duplicates. */
      readonly dataset: DatasetFacts;
    }
  /** Of `of`, the views of the training images. */
  | (Omit<BottleneckProgress, 'kind'> & { readonly kind: 'views' })
  | { readonly kind: 'viewsDone'; readonly counts: ViewCounts }
  | {
      readonly kind: 'training';
      readonly unit: CurveUnit;
      readonly epoch: EpochView;
      readonly maxEpochs: number;
    }
  | {
      readonly kind: 'trained';
      readonly unit: CurveUnit;
      readonly epochs: number;
      readonly bestEpoch: number;
      readonly seconds: number;
    }
  /** Of a ridge classifier. */
  | { readonly kind: 'penaltyTried'; readonly trial: RidgeTrial }
  | { readonly kind: 'descending'; readonly epoch: EpochView }
  /** Of nearest neighbours: how many training images have found theirs, then what was tried. */
  | { readonly kind: 'neighboursCompared'; readonly done: number; readonly of: number }
  | { readonly kind: 'neighboursTried'; readonly trial: NeighboursTrial }
  /** Leave-one-out of many images: at 0 once, then with each product. */
  | {
      readonly kind: 'leavingOut';
      readonly images: number;
      /** 0 to 1. */
      readonly share: number;
      readonly product: 'native' | 'plain';
    }
  /** Of a head that one answer is best for, in place of `trained`. */
  | { readonly kind: 'solved'; readonly solution: Solution; readonly seconds: number };

/** What was chosen for a head that is not trained step by step. */
export type Solution =
  | { readonly kind: 'ridge'; readonly penalty: number }
  | { readonly kind: 'neighbours'; readonly k: number }
  | { readonly kind: 'centroid' };

/** What a job says while it refits a run: this once, then what every retraining says. */
export type RefitProgress =
  | {
      readonly kind: 'refitting';
      readonly original: RefitFacts;
      readonly datasetName: string;
      /** The id of the backbone it is refitted on. */
      readonly backbone: string;
    }
  | RetrainProgress;

export interface BottlenecksResult extends Pick<
  RunView,
  'dataset' | 'scanSeconds' | 'backbone' | 'runtime' | 'bottlenecks'
> {
  /** Which share of the images `bottlenecks` counts; null: all of them. `dataset` is the whole in any case. */
  readonly shard: Shard | null;
}

export interface LabelScore {
  readonly label: string;
  readonly probability: number;
}

interface Scored {
  readonly path: string;
  /** The likeliest, and its probability. */
  readonly label: string;
  readonly confidence: number;
  /** Ordered, the likeliest first. */
  readonly scores: readonly LabelScore[];
}

/** One image's answer. `path` is as it was given. */
export type Answer =
  | ({ readonly kind: 'answered' } & Scored)
  /** Unlike anything trained: its novelty is above the run's threshold. */
  | ({ readonly kind: 'unknown'; readonly novelty: number; readonly threshold: number } & Scored)
  /** The likeliest label is less likely than what the person takes for an answer. */
  | ({ readonly kind: 'unsure'; readonly reject: number } & Scored)
  | { readonly kind: 'failed'; readonly path: string; readonly failure: Failure };

/** Which run answered. */
export interface RunFacts {
  readonly folder: string;
  readonly name: string;
  readonly created: string;
  readonly datasetName: string;
  readonly accuracy: number | null;
  readonly testingImages: number;
  readonly head: RunRecord['settings']['head']['kind'];
  readonly backbone: string;
  readonly refitOf: RefitFacts | null;
}

export interface ClassifyResult {
  readonly run: RunFacts;
  /** Folder of a newer run, on imported values, to which no image can be put; null where there is none or it was not asked. */
  readonly passedOver: string | null;
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
  readonly classes: readonly ClassScore[];
  /** Null of no image. */
  readonly sureness: SurenessView | null;
  /** At the probability that was asked about, if any. */
  readonly rejected?: Rejected;
  readonly skipped: readonly SkippedView[];
  /** Of the images: how many are unlike all that the run knows, and called unknown. Null: the run calls nothing so. */
  readonly unknown: number | null;
  /** Of the images: how many the run was fitted on, by content. */
  readonly seenInTraining: number;
  /** Labels of the folder that the run does not know; their images are no part of the others. */
  readonly unknownLabels: readonly UnknownLabel[];
}

export interface UnknownLabel {
  readonly label: string;
  readonly images: number;
  /** How many of them are called unknown; null: the run calls nothing so. */
  readonly unknown: number | null;
}

/** A backbone that comes with the extension, as it was found. */
export type BackboneDiagnosis =
  | {
      readonly kind: 'sound';
      readonly id: string;
      readonly dimension: number;
      readonly fingerprint: string;
    }
  | {
      readonly kind: 'damaged';
      /** null: there is no telling which. */
      readonly id: string | null;
      readonly message: string;
    };

/** What this machine has and lacks. Sizes in bytes. */
export interface Diagnostics {
  readonly extension: string | null;
  readonly node: string;
  readonly system: {
    readonly platform: string;
    readonly architecture: string;
    readonly release: string;
  };
  readonly processor: {
    readonly model: string | null;
    readonly cores: number;
    /** null: they cannot be told here. */
    readonly instructionSets: readonly string[] | null;
  };
  readonly memory: { readonly total: number; readonly free: number };
  readonly runtimes: readonly RuntimeAvailability[];
  /** What `auto` takes. */
  readonly auto: string | null;
  /** Version of the decoder, which is part of every fingerprint. */
  readonly decoder: number;
  readonly backbones: readonly BackboneDiagnosis[];
  readonly cacheDirectory: {
    readonly path: string;
    /** Why it cannot be written; null where it can. */
    readonly obstacle: string | null;
  };
}
