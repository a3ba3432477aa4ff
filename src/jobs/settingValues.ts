import path from 'node:path';
import { RetrainError } from '../base';
import { retrainPyDefaults } from '../training';
import { defaultViews, distortionsOf } from './settings';
import type { FlatSettings, HeadChoice, OptimizerChoice, RetrainSettings } from './requests';
import type { SettingValues } from './settingDescriptions';

/**
 * `base` with what `values` say otherwise, for the dataset at `folder`.
 * @throws SHARES_TOO_LARGE
 */
export function withValues(base: RetrainSettings, values: SettingValues, folder: string): RetrainSettings {
  const distorted = distortions(base.distortions, values);
  const chosen = head(base.head, values);
  const settings: RetrainSettings = {
    backbone: values.backbone ?? base.backbone,
    runtime: values.runtime ?? base.runtime,
    seed: values.seed ?? base.seed,
    validationPercentage: values.validationPercentage ?? base.validationPercentage,
    testingPercentage: values.testingPercentage ?? base.testingPercentage,
    splitRule: splitRule(base, values, folder),
    head: chosen,
    ...(distorted && { distortions: distorted }),
    ...(isBalanced(base, values, chosen) && { classWeights: 'balanced' }),
  };
  const { validationPercentage: validation, testingPercentage: testing } = settings;
  if (validation + testing > 90) throw new RetrainError('SHARES_TOO_LARGE', { validation, testing });
  return settings;
}

/** Where nobody names the rule, it comes with head and optimizer; the folder's own name is the same on every machine. */
function splitRule(
  base: RetrainSettings,
  values: SettingValues,
  folder: string,
): RetrainSettings['splitRule'] {
  const { imageDir } = values;
  const named = values.splitRule ?? usualRule(values);
  if (named === 'content') return { kind: 'content' };
  if (named === 'retrain.py') return { kind: named, imageDir: imageDir ?? path.basename(folder) };
  return base.splitRule.kind === 'retrain.py' && imageDir !== undefined
    ? { ...base.splitRule, imageDir }
    : base.splitRule;
}

function usualRule({ head: kind, optimizer: by }: SettingValues): SettingValues['splitRule'] {
  if (kind !== undefined && kind !== 'softmax') return 'content';
  return by === undefined ? undefined : by === 'retrain.py' ? 'retrain.py' : 'content';
}

/** Only softmax regression has an optimizer and a regularisation: what is named of them where nobody names a head means it. */
function head(base: HeadChoice, values: SettingValues): HeadChoice {
  const meant = values.optimizer !== undefined || values.regularisation === 'validation';
  const kind = values.head ?? (meant ? 'softmax' : base.kind);
  if (kind !== 'softmax') return { kind };
  const known = base.kind === 'softmax' ? base.optimizer : ({ kind: 'l-bfgs' } as const);
  return { kind, optimizer: optimizer(known, values) };
}

function optimizer(base: OptimizerChoice, values: SettingValues): OptimizerChoice {
  if ((values.optimizer ?? base.kind) === 'l-bfgs') {
    const known = base.kind === 'l-bfgs' ? base.regularisation : undefined;
    const regularisation = values.regularisation ?? known;
    return { kind: 'l-bfgs', ...(regularisation === 'validation' && { regularisation }) };
  }
  const known = base.kind === 'retrain.py' ? base : retrainPyDefaults;
  return {
    kind: 'retrain.py',
    steps: values.trainingSteps ?? known.steps,
    learningRate: values.learningRate ?? known.learningRate,
    trainBatchSize: values.trainBatchSize ?? known.trainBatchSize,
    validationBatchSize: values.validationBatchSize ?? known.validationBatchSize,
    evalStepInterval: values.evalStepInterval ?? known.evalStepInterval,
    keep: values.keep ?? known.keep,
  };
}

/** retrain.py knows no weights, and neighbours and class means have no use for them: there are none. */
function isBalanced(base: RetrainSettings, values: SettingValues, chosen: HeadChoice): boolean {
  return (values.classWeights ?? base.classWeights) === 'balanced' && takesWeights(chosen);
}

function takesWeights(chosen: HeadChoice): boolean {
  switch (chosen.kind) {
    case 'softmax':
      return chosen.optimizer.kind === 'l-bfgs';
    case 'ridge':
    case 'hidden':
      return true;
    case 'neighbours':
    case 'centroid':
      return false;
  }
}

/** What is said of one leaves the others as they are. */
function distortions(
  base: RetrainSettings['distortions'],
  values: SettingValues,
): RetrainSettings['distortions'] {
  return distortionsOf({
    flipLeftRight: values.flipLeftRight ?? base?.flipLeftRight ?? false,
    randomCrop: values.randomCrop ?? base?.randomCrop ?? 0,
    randomScale: values.randomScale ?? base?.randomScale ?? 0,
    randomBrightness: values.randomBrightness ?? base?.randomBrightness ?? 0,
    views: values.views ?? base?.views ?? defaultViews,
  });
}

/** All that `settings` say, flat: `withValues` gives them back. */
export function valuesOf(
  settings: Omit<RetrainSettings, 'runtime'> & Partial<Pick<RetrainSettings, 'runtime'>>,
): FlatSettings {
  const {
    head: chosen,
    splitRule: rule,
    distortions: distorted,
    classWeights = 'none',
    ...others
  } = settings;
  return {
    ...others,
    ...headValues(chosen),
    ...(takesWeights(chosen) && { classWeights }),
    ...distortionValues(distorted),
    ...splitValues(rule),
  };
}

function headValues(chosen: HeadChoice): FlatSettings {
  if (chosen.kind !== 'softmax') return { head: chosen.kind };
  const { kind: head, optimizer: by } = chosen;
  if (by.kind === 'l-bfgs') return { head, optimizer: by.kind, regularisation: by.regularisation ?? 'fixed' };
  return {
    head,
    optimizer: by.kind,
    trainingSteps: by.steps,
    learningRate: by.learningRate,
    trainBatchSize: by.trainBatchSize,
    validationBatchSize: by.validationBatchSize,
    evalStepInterval: by.evalStepInterval,
    keep: by.keep,
  };
}

/** Without any each is said to be off: left out, it would stay as it was. */
function distortionValues(distorted: RetrainSettings['distortions']): FlatSettings {
  return distorted
    ? { ...distorted }
    : { flipLeftRight: false, randomCrop: 0, randomScale: 0, randomBrightness: 0 };
}

function splitValues(rule: RetrainSettings['splitRule']): FlatSettings {
  return rule.kind === 'content'
    ? { splitRule: rule.kind }
    : { splitRule: rule.kind, imageDir: rule.imageDir };
}
