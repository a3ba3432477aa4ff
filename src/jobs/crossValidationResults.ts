import type { Interval } from '../evaluation';
import type { HiddenSettings } from '../models';
import type { Optimizer } from '../training';

/** What can be trained on bottleneck values: docs/heads.md. */
export const headKinds = ['softmax', 'ridge', 'hidden', 'neighbours', 'centroid'] as const;
export type HeadKind = (typeof headKinds)[number];

/** Whether the images of a training can have weights: votes and class means have no place for them. */
export function headTakesWeights(kind: HeadKind): boolean {
  return kind === 'softmax' || kind === 'ridge' || kind === 'hidden';
}

export interface CrossValidatedHead {
  readonly head: HeadKind;
  /** The settings' own training, this way; absent: the usual training of such a head. */
  readonly asSet?: Optimizer | HiddenSettings;
  /** Mean over the folds, and where 95 % of such heads would be on new images. */
  readonly accuracy: number;
  readonly interval: Interval;
  /** Mean over the classes, each counting as much as any other. */
  readonly macroRecall: number;
  /** Of each fold of each repeat. */
  readonly accuracies: readonly number[];
  /** Natural logarithm. */
  readonly crossEntropy: number;
  /** Expected calibration error, 15 bins. */
  readonly calibrationError: number;
  /** Rows: truth. Over all repeats. */
  readonly confusion: readonly (readonly number[])[];
  /** Absent: every image counted as much as any other, or a head of this kind takes no weights. */
  readonly classWeights?: 'balanced';
  readonly seconds: number;
}

export interface CrossValidationView {
  readonly datasetName: string;
  /** Absolute. */
  readonly root: string;
  readonly backbone: string;
  readonly runtime: string;
  readonly labels: readonly string[];
  readonly images: number;
  readonly folds: number;
  readonly repeats: number;
  readonly seed: number;
  /** As the settings have it; which heads took them, each says itself. */
  readonly classWeights?: 'balanced';
  /** In the order they were asked for. */
  readonly heads: readonly CrossValidatedHead[];
  readonly seconds: number;
}
