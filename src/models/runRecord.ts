import type { ErrorParams } from '../base';
import type {
  CurveUnit,
  Epoch,
  GradientPlace,
  NeighboursTrial,
  Optimizer,
  RidgeTrial,
  SoftmaxTrial,
  TrainedHead,
  TrainingEnd,
} from '../training';
import type { RunCalibration } from './calibration';
import type { KnownImages } from './knownFile';
import type { RunSureness } from './sureness';

/** A file of the dataset that was left out, and why. */
export interface SkippedFact {
  readonly path: string;
  /** A code of this or of another version of the extension; `message` says the same in English. */
  readonly code: string;
  readonly params: ErrorParams;
  readonly message: string;
}

export type Warning = Omit<SkippedFact, 'path'>;

export interface RunDataset {
  readonly name: string;
  readonly classes: readonly { readonly label: string; readonly count: number }[];
  readonly images: number;
  readonly skipped: readonly SkippedFact[];
  /** Groups of paths with the same content under different labels. */
  readonly duplicates: readonly (readonly string[])[];
  readonly warnings: readonly Warning[];
}

/** By what an image is given its side: its content, once and for all; or its path, as retrain.py does. */
export type SplitRule =
  | { readonly kind: 'content' }
  /** `imageDir`: the dataset's folder as the person gave it, which is part of what is hashed. */
  | { readonly kind: 'retrain.py'; readonly imageDir: string };

/** How the views of the training images differ from these, percentages 0 to 100, and how many each image has. */
export interface RunDistortions {
  readonly flipLeftRight: boolean;
  readonly randomCrop: number;
  readonly randomScale: number;
  readonly randomBrightness: number;
  /** 1 to 32. */
  readonly views: number;
}

/** What became of the views of the training images. */
export interface ViewCounts {
  /** Rows trained on besides the images'. */
  readonly rows: number;
  readonly cached: number;
  readonly computed: number;
  /** Views without values: their image changed meanwhile. */
  readonly missing: number;
  readonly seconds: number;
}
/** Which head is trained, with all that decides its numbers besides the seed. */
export type HeadSettings =
  | { readonly kind: 'softmax'; readonly optimizer: Optimizer }
  /** `penalties`: rising; the one of the least leave-one-out error over the training images is taken. */
  | { readonly kind: 'ridge'; readonly penalties: readonly number[] }
  | HiddenSettings
  /** `candidates`: rising; how many vote is the one of the least leave-one-out loss over the training images. */
  | { readonly kind: 'neighbours'; readonly candidates: readonly number[] }
  | { readonly kind: 'centroid' };

/** One hidden layer, trained in batches by Adam until its validation loss has not fallen for so long. */
export interface HiddenSettings {
  readonly kind: 'hidden';
  /** Of the hidden layer. */
  readonly units: number;
  /** Images of a step; -1: all. */
  readonly batchSize: number;
  readonly learningRate: number;
  /** Over all training images, at most. */
  readonly passes: number;
  /** Passes without a lower loss after which it ends; 0: it goes on to its last. */
  readonly patience: number;
  /** 0: none, as in every run from before there was any. */
  readonly labelSmoothing: number;
}

export interface RunSettings {
  readonly seed: number;
  readonly validationPercentage: number;
  readonly testingPercentage: number;
  readonly splitRule: SplitRule;
  readonly head: HeadSettings;
  /** Absent: no views were trained on. */
  readonly distortions?: RunDistortions;
  /** Every class counts as much as any other, however many images it has; absent: every image does. */
  readonly classWeights?: 'balanced';
}

/** A training that came nearer step by step, and so has a curve. */
export interface IterativeTraining {
  readonly kind: 'iterative';
  /** What `epochs`, `bestEpoch` and the curve count. */
  readonly unit: CurveUnit;
  readonly epochs: number;
  /** The number in the curve of the head that was kept. */
  readonly bestEpoch: number;
  /** What ended it; absent in a run from before this was kept. */
  readonly ended?: TrainingEnd;
  readonly seconds: number;
  readonly curve: readonly Epoch[];
  /** The l2 that validation has chosen, and those that were tried; absent where it was fixed. */
  readonly regularisation?: { readonly l2: number; readonly trials: readonly SoftmaxTrial[] };
  /** Where it can be gone on from as if it had never ended; absent of other trainings, and in older runs. */
  readonly state?: GradientPlace;
}

/** A ridge classifier, under the best of the penalties that were tried. */
export interface RidgeTraining {
  readonly kind: 'ridge';
  /** The way to it by conjugate gradients, without an end to choose; empty in a run from before there was one. */
  readonly curve: readonly Epoch[];
  readonly penalty: number;
  /** What the scores were divided by, so that their softmax is calibrated. */
  readonly temperature: number;
  /** In the order in which they were tried; their errors are those of leave-one-out. */
  readonly trials: readonly RidgeTrial[];
  /** On how many training images they were tried; null in a run from before there was another number than all. */
  readonly chosenOn: number | null;
  readonly seconds: number;
}

/** The nearest training images vote. */
export interface NeighboursTraining {
  readonly kind: 'neighbours';
  /** How many vote. */
  readonly k: number;
  /** What the logarithms of the shares of votes were divided by. */
  readonly temperature: number;
  /** Rising; no image votes on itself. None where there was one image alone. */
  readonly trials: readonly NeighboursTrial[];
  readonly seconds: number;
}

/** The class whose mean is nearest. */
export interface CentroidTraining {
  readonly kind: 'centroid';
  /** What the scores were divided by. */
  readonly temperature: number;
  readonly seconds: number;
}

export type RunTraining = IterativeTraining | RidgeTraining | NeighboursTraining | CentroidTraining;

/** Epochs or steps with their measures; empty of a head that is not trained step by step. */
export function curveOf(training: RunTraining): readonly Epoch[] {
  return 'curve' in training ? training.curve : [];
}

/** Where its training ended is kept, and more of it would change something. */
export function isContinuable(training: RunTraining, head: HeadSettings): training is IterativeTraining {
  return (
    training.kind === 'iterative' &&
    (head.kind === 'softmax' || training.state !== undefined) &&
    training.ended !== undefined &&
    training.ended !== 'converged'
  );
}

/** How good answers to labelled images are. */
export interface Measured {
  /** In the order of the head's outputs. */
  readonly labels: readonly string[];
  /** Images measured. */
  readonly n: number;
  /** Null where there was nothing to test on. */
  readonly accuracy: number | null;
  /** 95 % interval of the accuracy. */
  readonly interval: { readonly low: number; readonly high: number } | null;
  /** [C][C] counts; rows: the truth. */
  readonly confusion: readonly (readonly number[])[];
  /** Each in [0, 1]; null where it is undefined. */
  readonly perClass: readonly {
    readonly label: string;
    /** Of this class, among those measured. */
    readonly images: number;
    readonly precision: number | null;
    readonly recall: number | null;
    readonly f1: number | null;
  }[];
  /** Null of no image, and in a run from before there was any. */
  readonly sureness: RunSureness | null;
  readonly seconds: number;
}

export interface RunEvaluation extends Measured {
  /** The side that was measured. */
  readonly on: 'testing';
  /**
   * How many of the images are called unknown, whatever their nearest label is; absent where the run calls nothing so,
   * and in a run from before this was counted.
   */
  readonly unknown?: number;
}

/** Every image of the run answered by a ridge classifier that is fitted to all others: exact leave-one-out. */
export interface MeasuredLeaveOneOut extends Measured {
  readonly kind: 'measured';
  readonly penalty: number;
  /** Who multiplied in 64 bits: the runtime, or plain JavaScript in its place; absent in a run from before this was kept. */
  readonly product?: 'native' | 'plain';
}

export type RunLeaveOneOut =
  | (MeasuredLeaveOneOut & { readonly predictions: readonly RunPrediction[] })
  | { readonly kind: 'skipped'; readonly reason: Warning };

/** The run that another stands in for where its network cannot run. */
export interface RefitOf {
  /** Its name then; `created` is what it is known by, for a run may be renamed or deleted. */
  readonly run: string;
  readonly created: string;
  /** The id of its backbone. */
  readonly backbone: string;
  /** On its testing images; null where it had none. */
  readonly accuracy: number | null;
}

/** The run whose training another goes on with. */
export interface Continues {
  /** Its name then; `created` is what it is known by. */
  readonly run: string;
  readonly created: string;
  /** How many epochs or steps it had come to. */
  readonly epochs: number;
}

export const sides = ['training', 'validation', 'testing'] as const;

/** What a head says about one image of the dataset. */
export interface RunPrediction {
  /** Relative to the dataset, with `/`. */
  readonly path: string;
  readonly sha256: string;
  readonly side: (typeof sides)[number];
  readonly label: string;
  readonly predicted: string;
  readonly probability: number;
  /** Whether it is called unknown in place of that; absent where that was not asked. */
  readonly unknown?: boolean;
}

/** One image of the dataset when the run was made. */
export interface RunImage {
  readonly sha256: string;
  readonly label: string;
  /** Relative to the dataset, with `/`. */
  readonly path: string;
}

/** One training with all that came of it. Plain data; seconds are wall-clock. */
export interface RunRecord {
  /** The name of the run's folder. */
  readonly name: string;
  /** ISO 8601, UTC. */
  readonly created: string;
  readonly dataset: RunDataset;
  readonly scanSeconds: number;
  readonly backbone: {
    readonly id: string;
    readonly name: string;
    /** D */
    readonly dimension: number;
    readonly fingerprint: string;
  };
  readonly runtime: { readonly id: string; readonly version: string };
  readonly settings: RunSettings;
  readonly split: { readonly training: number; readonly validation: number; readonly testing: number };
  readonly bottlenecks: { readonly cached: number; readonly computed: number; readonly seconds: number };
  /** With `settings.distortions`. */
  readonly views?: ViewCounts;
  readonly training: RunTraining;
  readonly evaluation: RunEvaluation;
  /** Of the saved head. */
  readonly predictions: readonly RunPrediction[];
  /** Null in a run from before there was any. */
  readonly leaveOneOut: RunLeaveOneOut | null;
  /** Null where the probabilities are as training left them, and in a run from before there was any. */
  readonly calibration: RunCalibration | null;
  /** Null where there were too few images to say what is unknown, and in a run from before there was any. */
  readonly known: KnownImages | null;
  /** sha256 of the images the head was fitted on. */
  readonly fittedOn: readonly string[];
  /** Null for a training of its own. */
  readonly refitOf: RefitOf | null;
  /** Absent in a run whose training began anew. */
  readonly continues?: Continues;
  /** Takes raw bottleneck values: the scaling is part of it. */
  readonly head: TrainedHead;
}

/** A record that is not saved yet: saving gives the name. */
export type NewRun = Omit<RunRecord, 'name'>;
