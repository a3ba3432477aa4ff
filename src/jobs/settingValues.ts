import path from 'node:path';
import { RetrainError } from '../base';
import { defaultViews, distortionsOf } from './settings';
import type { FlatSettings, HeadChoice, OptimizerChoice, RetrainSettings } from './retrainSettings';
import type { SettingValues } from './settingDescriptions';
import { headTakesWeights } from './crossValidationResults';

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

/** What optimizers and a hidden layer both have, each in its own measure: the rate of one is no rate for the other. */
const ofEither: ReadonlySet<string> = new Set([
  'learningRate',
  'trainBatchSize',
  'earlyStopping',
  'labelSmoothing',
]);

/** Whether a setting of one head says nothing of the same setting of another. */
export function hasAnotherMeasure(name: string, head: unknown, other: unknown): boolean {
  return ofEither.has(name) && (head === 'hidden') !== (other === 'hidden');
}

/** `values` with what `options` say otherwise; where these name a hidden layer in the place of another head, or the reverse, what was said of that one goes. */
export function overlaid(values: SettingValues, options: SettingValues): SettingValues {
  const { head } = options;
  const kept = Object.entries(values).filter(
    ([name]) => head === undefined || !hasAnotherMeasure(name, values.head, head),
  );
  return { ...Object.fromEntries(kept), ...options };
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
  if (kind === 'hidden') return hidden(base.kind === kind ? base : { kind }, values);
  if (kind !== 'softmax') return { kind };
  const known = base.kind === 'softmax' ? base.optimizer : ({ kind: 'l-bfgs' } as const);
  return { kind, optimizer: optimizer(known, values) };
}

type HiddenChoice = Extract<HeadChoice, { kind: 'hidden' }>;

function hidden(known: HiddenChoice, values: SettingValues): HiddenChoice {
  return {
    kind: 'hidden',
    ...said('units', values.hiddenUnits ?? known.units),
    ...said('passes', values.trainingPasses ?? known.passes),
    ...said('learningRate', values.learningRate ?? known.learningRate),
    ...said('batchSize', values.trainBatchSize ?? known.batchSize),
    ...said('patience', values.earlyStopping ?? known.patience),
    ...said('labelSmoothing', values.labelSmoothing ?? known.labelSmoothing),
  };
}

function optimizer(base: OptimizerChoice, values: SettingValues): OptimizerChoice {
  const kind = values.optimizer ?? base.kind;
  const labelSmoothing =
    values.labelSmoothing ?? (base.kind === 'retrain.py' ? undefined : base.labelSmoothing);
  switch (kind) {
    case 'l-bfgs': {
      const known = base.kind === kind ? base.regularisation : undefined;
      const regularisation = values.regularisation ?? known;
      return {
        kind,
        ...(regularisation === 'validation' && { regularisation }),
        ...(labelSmoothing !== undefined && labelSmoothing > 0 && { labelSmoothing }),
      };
    }
    case 'adam':
    case 'sgd': {
      const known = base.kind === kind ? base : { kind };
      return {
        kind,
        ...steps(known, values),
        ...said('labelSmoothing', labelSmoothing),
        ...said('earlyStopping', values.earlyStopping ?? known.earlyStopping),
      };
    }
    case 'retrain.py': {
      const known: Extract<OptimizerChoice, { kind: 'retrain.py' }> = base.kind === kind ? base : { kind };
      return {
        kind,
        ...steps(known, values),
        ...said('validationBatchSize', values.validationBatchSize ?? known.validationBatchSize),
        ...said('keep', values.keep ?? known.keep),
      };
    }
  }
}

type Steps = Pick<
  Extract<OptimizerChoice, { steps?: number }>,
  'steps' | 'learningRate' | 'trainBatchSize' | 'evalStepInterval'
>;

/** What all optimizers have that make steps. */
function steps(known: Steps, values: SettingValues): Steps {
  return {
    ...said('steps', values.trainingSteps ?? known.steps),
    ...said('learningRate', values.learningRate ?? known.learningRate),
    ...said('trainBatchSize', values.trainBatchSize ?? known.trainBatchSize),
    ...said('evalStepInterval', values.evalStepInterval ?? known.evalStepInterval),
  };
}

/** Nothing where nothing is said. */
function said<K extends string, V>(key: K, value: V | undefined): { readonly [key in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [key in K]: V });
}

/** retrain.py knows no weights, and neighbours and class means have no use for them: there are none. */
function isBalanced(base: RetrainSettings, values: SettingValues, chosen: HeadChoice): boolean {
  return (values.classWeights ?? base.classWeights) === 'balanced' && takesWeights(chosen);
}

function takesWeights(chosen: HeadChoice): boolean {
  return chosen.kind === 'softmax' ? chosen.optimizer.kind !== 'retrain.py' : headTakesWeights(chosen.kind);
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
  if (chosen.kind === 'hidden') return hiddenValues(chosen);
  if (chosen.kind !== 'softmax') return { head: chosen.kind };
  const { kind: head, optimizer: by } = chosen;
  const values = { head, optimizer: by.kind };
  // Left out, a share would stay as it was.
  const { labelSmoothing = 0 } = by.kind === 'retrain.py' ? {} : by;
  switch (by.kind) {
    case 'l-bfgs':
      return { ...values, regularisation: by.regularisation ?? 'fixed', labelSmoothing };
    case 'adam':
    case 'sgd':
      return { ...values, ...stepValues(by), earlyStopping: by.earlyStopping ?? 0, labelSmoothing };
    case 'retrain.py':
      return {
        ...values,
        ...stepValues(by),
        ...said('validationBatchSize', by.validationBatchSize),
        ...said('keep', by.keep),
      };
  }
}

function hiddenValues({ kind: head, ...by }: HiddenChoice): FlatSettings {
  return {
    head,
    ...said('hiddenUnits', by.units),
    ...said('trainingPasses', by.passes),
    ...said('learningRate', by.learningRate),
    ...said('trainBatchSize', by.batchSize),
    ...said('earlyStopping', by.patience),
    labelSmoothing: by.labelSmoothing ?? 0,
  };
}

function stepValues(by: Steps): FlatSettings {
  return {
    ...said('trainingSteps', by.steps),
    ...said('learningRate', by.learningRate),
    ...said('trainBatchSize', by.trainBatchSize),
    ...said('evalStepInterval', by.evalStepInterval),
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
