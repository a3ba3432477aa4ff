import type { Untrusted } from '../base';
import type { LbfgsOptimizer, Optimizer } from '../training';
import { count, penalty } from './numbers';
import type { HeadSettings, RunSettings, SplitRule } from './runRecord';

const mostSteps = 10_000_000;
const mostDrawn = 100_000;
const mostViews = 32;
const mostPenalties = 1000;

/** The settings in a run.json of this format, or an earlier one. @throws what `settings` makes of its damage */
export function readSettings(settings: Untrusted, format: number): RunSettings {
  return {
    seed: settings.field('seed').integer(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
    validationPercentage: settings.field('validationPercentage').number(0, 100),
    testingPercentage: settings.field('testingPercentage').number(0, 100),
    ...(format === 1
      ? { splitRule: { kind: 'content' }, head: { kind: 'softmax', optimizer: readLbfgs(settings) } }
      : {
          splitRule: readSplitRule(settings.field('splitRule')),
          head: format === 2 ? readSoftmax(settings) : readHead(settings.field('head')),
        }),
    ...readDistortions(settings.optional('distortions')),
    ...(settings.optional('classWeights')?.matching(/^balanced$/, 'balanced') && {
      classWeights: 'balanced',
    }),
  };
}

function readDistortions(distortions: Untrusted | undefined): Pick<RunSettings, 'distortions'> {
  if (distortions === undefined) return {};
  return {
    distortions: {
      flipLeftRight: distortions.field('flipLeftRight').boolean(),
      randomCrop: distortions.field('randomCrop').number(0, 100),
      randomScale: distortions.field('randomScale').number(0, 100),
      randomBrightness: distortions.field('randomBrightness').number(0, 100),
      views: distortions.field('views').integer(1, mostViews),
    },
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

function readHead(head: Untrusted): HeadSettings {
  const kind = head.field('kind');
  switch (kind.text()) {
    case 'softmax':
      return readSoftmax(head);
    case 'ridge':
      return { kind: 'ridge', penalties: head.field('penalties').items(mostPenalties).map(penalty) };
    case 'hidden':
      return {
        kind: 'hidden',
        units: head.field('units').integer(1, mostDrawn),
        batchSize: batchSize(head.field('batchSize')),
        learningRate: head.field('learningRate').number(0, Number.MAX_VALUE),
        passes: head.field('passes').integer(1, mostSteps),
        patience: head.field('patience').integer(0, mostSteps),
        labelSmoothing: smoothing(head.optional('labelSmoothing')),
      };
    case 'neighbours':
      return {
        kind: 'neighbours',
        candidates: head
          .field('candidates')
          .items(mostPenalties)
          .map((candidate) => candidate.integer(1, mostSteps)),
      };
    case 'centroid':
      return { kind: 'centroid' };
    default:
      throw kind.fail('the name of a head was expected');
  }
}

function readSoftmax(settings: Untrusted): HeadSettings {
  return { kind: 'softmax', optimizer: readOptimizer(settings.field('optimizer')) };
}

function readOptimizer(optimizer: Untrusted): Optimizer {
  const kind = optimizer.field('kind');
  switch (kind.text()) {
    case 'l-bfgs':
      return readLbfgs(optimizer);
    case 'adam':
    case 'sgd':
      return {
        kind: kind.value === 'adam' ? 'adam' : 'sgd',
        steps: optimizer.field('steps').integer(1, mostSteps),
        learningRate: optimizer.field('learningRate').number(0, Number.MAX_VALUE),
        trainBatchSize: batchSize(optimizer.field('trainBatchSize')),
        evalStepInterval: optimizer.field('evalStepInterval').integer(1, mostSteps),
        labelSmoothing: smoothing(optimizer.field('labelSmoothing')),
        earlyStopping: optimizer.field('earlyStopping').integer(0, mostSteps),
      };
    case 'retrain.py':
      return {
        kind: 'retrain.py',
        steps: optimizer.field('steps').integer(1, mostSteps),
        learningRate: optimizer.field('learningRate').number(0, Number.MAX_VALUE),
        trainBatchSize: batchSize(optimizer.field('trainBatchSize')),
        validationBatchSize: batchSize(optimizer.field('validationBatchSize')),
        evalStepInterval: optimizer.field('evalStepInterval').integer(1, mostSteps),
        keep:
          optimizer.field('keep').matching(/^(?:best|last)$/, 'best or last') === 'last' ? 'last' : 'best',
      };
    default:
      throw kind.fail('the name of an optimizer was expected');
  }
}

/** Images; -1 for all. */
function batchSize(size: Untrusted): number {
  return size.value === -1 ? -1 : size.integer(1, mostDrawn);
}

/** Below 1; none where nothing is said. */
function smoothing(share: Untrusted | undefined): number {
  return share?.number(0, 1 - Number.EPSILON / 2) ?? 0;
}

function readLbfgs(settings: Untrusted): LbfgsOptimizer {
  const labelSmoothing = settings.optional('labelSmoothing');
  return {
    kind: 'l-bfgs',
    l2: settings.field('l2').number(0, Number.MAX_VALUE),
    maxEpochs: count(settings.field('maxEpochs')),
    ...readPenalties(settings.optional('penalties')),
    ...(labelSmoothing && { labelSmoothing: smoothing(labelSmoothing) }),
  };
}

function readPenalties(penalties: Untrusted | undefined): Pick<LbfgsOptimizer, 'penalties'> {
  return penalties === undefined ? {} : { penalties: penalties.items(mostPenalties).map(penalty) };
}
