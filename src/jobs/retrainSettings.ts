import type { Failure } from '../base';
import type { HiddenSettings, RunDistortions, SplitRule } from '../models';
import type { LbfgsOptimizer, RetrainPyOptimizer, SteppedOptimizer } from '../training';
import type { HeadKind } from './crossValidationResults';
import type { SettingName, SettingValues } from './settingDescriptions';

/** How a softmax regression is trained; what is left open is chosen by measurement, or as retrain.py has it. */
export type OptimizerChoice = LbfgsChoice | Open<SteppedOptimizer> | Open<RetrainPyOptimizer>;

export interface LbfgsChoice extends Pick<LbfgsOptimizer, 'kind' | 'labelSmoothing'> {
  /** The penalty is chosen on the validation images; absent: it is fixed. */
  readonly regularisation?: 'validation';
}

type Open<O extends { readonly kind: string }> = Pick<O, 'kind'> & Partial<Omit<O, 'kind'>>;

/** Which head is trained; what is left open is chosen by measurement. */
export type HeadChoice =
  | { readonly kind: 'softmax'; readonly optimizer: OptimizerChoice }
  | Open<HiddenSettings>
  | { readonly kind: Exclude<HeadKind, 'softmax' | 'hidden'> };

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
  /** Of the views of the training images that are trained on besides; absent: none. */
  readonly distortions?: RunDistortions;
  /** Absent: every image counts as much as any other. */
  readonly classWeights?: 'balanced';
}

export type NetworkSettings = Pick<RetrainSettings, 'backbone' | 'runtime'>;

/** Below which probability an answer is withheld; 0: never. No training depends on it. */
export interface RejectSettings {
  readonly reject: number;
}

/** What a dataset's settings come from, the strongest last: `settings`, its retrain.json, `options`. */
export interface SettingsChoice<S> {
  readonly settings: S;
  /** A folder above the dataset: retrain.json is looked for up to there, else in the dataset alone. */
  readonly workspace?: string | undefined;
  /** What the person said for this one job. */
  readonly options?: SettingValues;
  /** What follows from their options, unless retrain.json names an optimizer that has steps. */
  readonly implied?: SettingValues;
}

/** Settings by the names that they have in retrain.json and in the editor. */
export type FlatSettings = Readonly<Record<string, string | number | boolean>>;

/** What the retrain.json of a dataset says. */
export type SettingsFacts =
  /** `file`: absolute path; `names`: of the settings in it. */
  | { readonly kind: 'read'; readonly file: string; readonly names: readonly SettingName[] }
  | { readonly kind: 'damaged'; readonly failure: Failure };
