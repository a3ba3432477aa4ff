import type { Failure } from '../base';
import type {
  ConfusionDifference,
  DatasetChanges,
  Flips,
  Forecast,
  Interval,
  PowerLaw,
  TestedImage,
} from '../evaluation';
import type { HeadSettings, RunEvaluation, RunSummary, RunTitle } from '../models';
import type { CurveUnit, Epoch } from '../training';
import type { HeadKind } from './crossValidationResults';
import type { RunSetting } from './settingsList';

/** What the jobs about runs give: plain data, like all results. */

export type { DatasetChanges, Forecast, PowerLaw, RunSummary, RunTitle, TestedImage };

export interface RunSummaries {
  /** Those that are pinned first, then the newest. */
  readonly runs: readonly RunSummary[];
  /** Folders of runs that cannot be read, absolute, and why. */
  readonly damaged: readonly { readonly folder: string; readonly failure: Failure }[];
}

/** One of two runs that are compared. */
export interface ComparedRun extends RunTitle {
  /** Absolute paths of the run's folder and of its dataset. */
  readonly folder: string;
  readonly root: string;
  /** The name of the folder. */
  readonly name: string;
  readonly datasetName: string;
  /** ISO 8601. */
  readonly created: string;
  readonly head: HeadSettings;
  /** Empty for a head that is not trained step by step. */
  readonly curve: readonly Epoch[];
  /** What `bestEpoch` and the numbers of `curve` count. */
  readonly unit: CurveUnit;
  readonly bestEpoch: number | null;
  readonly evaluation: Pick<RunEvaluation, 'n' | 'accuracy' | 'interval'>;
}

/** A value of both runs; null where a run has it not. */
export interface Pair<T> {
  readonly before: T | null;
  readonly after: T | null;
}

export interface ComparedSetting extends Pair<RunSetting['value']> {
  readonly key: string;
}

/** Measures that are compared; the first four are shares. */
export type MetricKey =
  | 'accuracy'
  | 'macroRecall'
  | 'macroF1'
  | 'validationAccuracy'
  | 'validationCrossEntropy'
  | 'trainingAccuracy'
  | 'trainingCrossEntropy'
  | 'epochs'
  | 'steps'
  | 'seconds'
  | 'images'
  | 'trainingImages'
  | 'testingImages';

export interface ComparedMetric extends Pair<number> {
  readonly key: MetricKey;
}

export interface ComparedClass {
  readonly label: string;
  /** Images of the class in the dataset. */
  readonly images: Pair<number>;
  readonly recall: Pair<number>;
  readonly f1: Pair<number>;
}

export interface RunComparison {
  readonly before: ComparedRun;
  readonly after: ComparedRun;
  readonly settings: readonly ComparedSetting[];
  readonly metrics: readonly ComparedMetric[];
  readonly classes: readonly ComparedClass[];
  readonly confusion: ConfusionDifference;
  readonly flips: Flips;
  /** `unknown`: a run of an older version keeps no list of its images. */
  readonly dataset:
    | ({ readonly kind: 'known' } & DatasetChanges)
    | { readonly kind: 'unknown'; readonly of: 'before' | 'after' | 'both' };
}

/** The errors of heads that were trained on a part of the training images. */
export interface LearningPoint {
  /** Images trained on. */
  readonly images: number;
  /** Mean over the repetitions. */
  readonly accuracy: number;
  /** One a repetition. */
  readonly repeats: readonly number[];
}

export interface LearningClass {
  readonly label: string;
  readonly images: number;
  /** All of them, or none where all are one photo. */
  readonly testedImages: number;
  /** Mean share of its tested images named rightly, by point; null where it has none. */
  readonly recall: readonly (number | null)[];
  /** Null where it has too few different photos to say anything. */
  readonly forecast: Forecast | null;
}

/** Would more images help? */
export interface LearningCurve {
  readonly datasetName: string;
  readonly root: string;
  readonly backbone: string;
  readonly runtime: string;
  readonly seed: number;
  readonly folds: number;
  /** How often the images were dealt out to folds. */
  readonly repeats: number;
  /** What was trained. */
  readonly head: HeadKind;
  /** Of the trainings; absent: every image counted as much as any other, or a head of this kind takes no weights. */
  readonly classWeights?: 'balanced';
  readonly images: number;
  /** All but those that are alone in their class: by heads that were not trained on them. */
  readonly testedImages: number;
  /** By ascending size; the last is all images but those of a fold. */
  readonly points: readonly LearningPoint[];
  /** At twice the images, and what that is above as many as there are; null where there are too few sizes for a curve. */
  readonly forecast: Forecast | null;
  /** 95 % interval of the accuracy at the last point. */
  readonly interval: Interval;
  readonly classes: readonly LearningClass[];
  readonly seconds: number;
}
