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
import type { FlatSettings } from './retrainSettings';
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
  /** On its testing images. */
  readonly evaluation: Score;
  /** On all its images; null where it was not measured. */
  readonly leaveOneOut: Score | null;
}

type Score = Pick<RunEvaluation, 'n' | 'accuracy' | 'interval'>;

/** A value of both runs; null where a run has it not. */
export interface Pair<T> {
  readonly before: T | null;
  readonly after: T | null;
}

export interface ComparedSetting extends Pair<RunSetting['value']> {
  readonly key: string;
}

/** Measures that are compared; without `leaveOneOut` and a side in their name they are of the testing images. */
export type MetricKey =
  | 'accuracy'
  | 'leaveOneOutAccuracy'
  | 'top3Accuracy'
  | 'top5Accuracy'
  | 'leaveOneOutTop3Accuracy'
  | 'leaveOneOutTop5Accuracy'
  /** The expected calibration error; a share. */
  | 'calibrationError'
  | 'leaveOneOutCalibrationError'
  /** By which the probabilities of the saved head were calibrated. */
  | 'temperature'
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
  | 'testingImages'
  | 'leaveOneOutImages';

export interface ComparedMetric extends Pair<number> {
  readonly key: MetricKey;
  /** 95 %; absent where a measure has none. */
  readonly interval?: Pair<Interval>;
}

export interface ComparedClass {
  readonly label: string;
  /** Images of the class in the dataset. */
  readonly images: Pair<number>;
  readonly recall: Pair<number>;
  readonly f1: Pair<number>;
}

/** How the answers of two runs differ. */
export interface ComparedAnswers {
  /** Each run on all the images that it was measured on. */
  readonly classes: readonly ComparedClass[];
  /** Of the images alone that both runs were measured on, as `flips`. */
  readonly confusion: ConfusionDifference;
  readonly flips: Flips;
}

export interface ComparedLeaveOneOut extends ComparedAnswers {
  /**
   * Whether it tells the heads of the runs apart: both are ridge classifiers that were trained on no views. In other
   * runs ridge heads stand in for the saved one, so that only photos and backbones make a difference.
   */
  readonly ofHeads: boolean;
}

/** The answers are those of the saved heads to their testing images. */
export interface RunComparison extends ComparedAnswers {
  readonly before: ComparedRun;
  readonly after: ComparedRun;
  readonly settings: readonly ComparedSetting[];
  readonly metrics: readonly ComparedMetric[];
  /** Null where one of the runs has none. */
  readonly leaveOneOut: ComparedLeaveOneOut | null;
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

/** What has come of a run's settings in a retrain.json. */
export interface RestoredSettings {
  /** Absolute. */
  readonly file: string;
  /** What did not hold already. */
  readonly changed: FlatSettings;
}
