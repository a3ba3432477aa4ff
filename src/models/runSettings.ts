import type { Untrusted } from '../base';
import type { Optimizer } from '../training';
import { count } from './numbers';
import type { RunSettings, SplitRule } from './runRecord';

/** The settings in a run.json of this format, or an earlier one. @throws what `settings` makes of its damage */
export function readSettings(settings: Untrusted, format: number): RunSettings {
  return {
    seed: settings.field('seed').integer(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
    validationPercentage: settings.field('validationPercentage').number(0, 100),
    testingPercentage: settings.field('testingPercentage').number(0, 100),
    ...(format === 1
      ? { splitRule: { kind: 'content' }, optimizer: readLbfgs(settings) }
      : {
          splitRule: readSplitRule(settings.field('splitRule')),
          optimizer: readOptimizer(settings.field('optimizer')),
        }),
  };
}

function readSplitRule(rule: Untrusted): SplitRule {
  const kind = rule.field('kind');
  switch (kind.text()) {
    case 'content':
      return { kind: 'content' };
    case 'retrain.py':
      return { kind: 'retrain.py', imageDir: rule.field('imageDir').text() };
    default:
      throw kind.fail('the name of a split rule was expected');
  }
}

function readOptimizer(optimizer: Untrusted): Optimizer {
  const kind = optimizer.field('kind');
  switch (kind.text()) {
    case 'l-bfgs':
      return readLbfgs(optimizer);
    case 'retrain.py':
      return {
        kind: 'retrain.py',
        steps: count(optimizer.field('steps')),
        learningRate: optimizer.field('learningRate').number(0, Number.MAX_VALUE),
        trainBatchSize: optimizer.field('trainBatchSize').integer(-1, Number.MAX_SAFE_INTEGER),
        validationBatchSize: optimizer.field('validationBatchSize').integer(-1, Number.MAX_SAFE_INTEGER),
        evalStepInterval: count(optimizer.field('evalStepInterval')),
        keep:
          optimizer.field('keep').matching(/^(?:best|last)$/, 'best or last') === 'last' ? 'last' : 'best',
      };
    default:
      throw kind.fail('the name of an optimizer was expected');
  }
}

function readLbfgs(settings: Untrusted): Optimizer {
  return {
    kind: 'l-bfgs',
    l2: settings.field('l2').number(0, Number.MAX_VALUE),
    maxEpochs: count(settings.field('maxEpochs')),
  };
}
