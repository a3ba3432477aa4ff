import type { HeadKind, SettingName } from '../../protocol';
import { t } from '../words';
import { headTitle } from './headNames';

export type SettingGroup = 'head' | 'views' | 'split' | 'network' | 'answers';

interface SettingWords {
  readonly group: SettingGroup;
  readonly title: () => string;
  /** What it means; left out, each value says it itself. */
  readonly hint?: () => string;
}

/** In the order of the form. */
export const settingWords: Readonly<Record<SettingName, SettingWords>> = {
  head: { group: 'head', title: () => t('Head') },
  optimizer: { group: 'head', title: () => t('Optimizer') },
  regularisation: { group: 'head', title: () => t('Regularisation') },
  hiddenUnits: {
    group: 'head',
    title: () => t('Hidden units'),
    hint: () => t('What the layer in between gives.'),
  },
  trainingPasses: {
    group: 'head',
    title: () => t('Training passes'),
    hint: () => t('Over all training photos, at most.'),
  },
  trainingSteps: {
    group: 'head',
    title: () => t('Training steps'),
    hint: () => t('Each follows the gradient of one batch.'),
  },
  learningRate: {
    group: 'head',
    title: () => t('Learning rate'),
    hint: () => t('How far each step goes.'),
  },
  trainBatchSize: {
    group: 'head',
    title: () => t('Training batch'),
    hint: () => t('Photos drawn for each step; -1 takes all.'),
  },
  evalStepInterval: {
    group: 'head',
    title: () => t('Evaluation interval'),
    hint: () => t('Steps from one point of the curves to the next.'),
  },
  validationBatchSize: {
    group: 'head',
    title: () => t('Validation batch'),
    hint: () => t('Photos drawn for each evaluation; -1 takes all.'),
  },
  earlyStopping: {
    group: 'head',
    title: () => t('Early stopping'),
    hint: () => t('Ends after so many points of the curves without a lower loss on validation; 0: never.'),
  },
  keep: { group: 'head', title: () => t('Step that is kept') },
  labelSmoothing: {
    group: 'head',
    title: () => t('Label smoothing'),
    hint: () => t('The share of the truth that all classes get alike; 0: none.'),
  },
  classWeights: {
    group: 'head',
    title: () => t('Class weights'),
    hint: () => t('none: every photo counts as much as any other; balanced: every class does.'),
  },
  flipLeftRight: {
    group: 'views',
    title: () => t('Flip left to right'),
    hint: () => t('Mirrored views of the photos.'),
  },
  randomCrop: {
    group: 'views',
    title: () => t('Random crop, %'),
    hint: () => t('Cut out within a margin of so many percent; 0: none.'),
  },
  randomScale: {
    group: 'views',
    title: () => t('Random scale, %'),
    hint: () => t('Up to so many percent larger; 0: none.'),
  },
  randomBrightness: {
    group: 'views',
    title: () => t('Random brightness, %'),
    hint: () => t('Up to so many percent brighter or darker; 0: none.'),
  },
  views: {
    group: 'views',
    title: () => t('Views of each photo'),
    hint: () => t('Computed once, and kept.'),
  },
  validationPercentage: {
    group: 'split',
    title: () => t('Validation, % of the photos'),
    hint: () => t('Kept aside to choose the best epoch.'),
  },
  testingPercentage: {
    group: 'split',
    title: () => t('Testing, % of the photos'),
    hint: () => t('Kept aside to measure the result.'),
  },
  seed: {
    group: 'split',
    title: () => t('Seed'),
    hint: () => t('The same seed gives the same run.'),
  },
  splitRule: { group: 'split', title: () => t('Split by') },
  imageDir: {
    group: 'split',
    title: () => t('Path of the folder'),
    hint: () => t("As retrain.py's split hashes it; left out, the folder's own name."),
  },
  reject: {
    group: 'answers',
    title: () => t('Reject threshold'),
    hint: () => t('Answers of a smaller probability are called unsure; 0: none.'),
  },
  backbone: { group: 'network', title: () => t('Backbone') },
  runtime: { group: 'network', title: () => t('Runtime') },
};

/** In the order of the form. */
export const settingGroups: Readonly<Record<SettingGroup, () => string>> = {
  head: () => t('New last layer'),
  views: () => t('Distorted views of the training photos'),
  split: () => t('Split'),
  network: () => t('Network'),
  answers: () => t('Answers'),
};

/** What a person calls a value of a setting: as retrain.json does, but for heads, which have names. */
export function valueTitle(name: SettingName, value: string): string {
  return name === 'head' ? headTitle(value as HeadKind) : value;
}
