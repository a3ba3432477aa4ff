import path from 'node:path';
import { RetrainError } from '../base';
import { retrainPyDefaults } from '../training';
import type { OptimizerChoice, RetrainSettings } from './requests';
import type { SettingValues } from './settingDescriptions';

/**
 * `base` with what `values` say otherwise, for the dataset at `folder`.
 * @throws SHARES_TOO_LARGE
 */
export function withValues(base: RetrainSettings, values: SettingValues, folder: string): RetrainSettings {
  const settings: RetrainSettings = {
    backbone: values.backbone ?? base.backbone,
    runtime: values.runtime ?? base.runtime,
    seed: values.seed ?? base.seed,
    validationPercentage: values.validationPercentage ?? base.validationPercentage,
    testingPercentage: values.testingPercentage ?? base.testingPercentage,
    splitRule: splitRule(base, values, folder),
    optimizer: optimizer(base.optimizer, values),
  };
  const { validationPercentage: validation, testingPercentage: testing } = settings;
  if (validation + testing > 90) throw new RetrainError('SHARES_TOO_LARGE', { validation, testing });
  return settings;
}

/** Where nobody names the rule, it comes with the optimizer; the folder's own name is the same on every machine. */
function splitRule(
  base: RetrainSettings,
  { splitRule: rule, optimizer: by, imageDir }: SettingValues,
  folder: string,
): RetrainSettings['splitRule'] {
  const named = rule ?? (by === undefined ? undefined : by === 'retrain.py' ? 'retrain.py' : 'content');
  if (named === 'content') return { kind: 'content' };
  if (named === 'retrain.py') return { kind: named, imageDir: imageDir ?? path.basename(folder) };
  return base.splitRule.kind === 'retrain.py' && imageDir !== undefined
    ? { ...base.splitRule, imageDir }
    : base.splitRule;
}

function optimizer(base: OptimizerChoice, values: SettingValues): OptimizerChoice {
  if ((values.optimizer ?? base.kind) === 'l-bfgs') return { kind: 'l-bfgs' };
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

/** All that `settings` say, flat: `withValues` gives them back. */
export function valuesOf(settings: RetrainSettings): Readonly<Record<string, string | number>> {
  const { optimizer: chosen, splitRule: rule, ...others } = settings;
  const training =
    chosen.kind === 'l-bfgs'
      ? { optimizer: chosen.kind }
      : {
          optimizer: chosen.kind,
          trainingSteps: chosen.steps,
          learningRate: chosen.learningRate,
          trainBatchSize: chosen.trainBatchSize,
          validationBatchSize: chosen.validationBatchSize,
          evalStepInterval: chosen.evalStepInterval,
          keep: chosen.keep,
        };
  const split =
    rule.kind === 'content' ? { splitRule: rule.kind } : { splitRule: rule.kind, imageDir: rule.imageDir };
  return { ...others, ...training, ...split };
}
