import type { HeadSettings, HiddenSettings } from '../models';
import {
  neighbourCandidates,
  retrainPyDefaults,
  ridgePenalties,
  softmaxPenalties,
  steppedDefaults,
  trainingDefaults,
  type Optimizer,
} from '../training';
import type { HeadChoice, OptimizerChoice } from './retrainSettings';

/** Measured in docs/heads.md. */
export const hiddenDefaults: HiddenSettings = {
  kind: 'hidden',
  units: 128,
  batchSize: 32,
  learningRate: 0.003,
  passes: 100,
  patience: 10,
  labelSmoothing: 0,
};

/** A head with what was left open. */
export function wholeHead(chosen: HeadChoice): HeadSettings {
  switch (chosen.kind) {
    case 'softmax':
      return { kind: 'softmax', optimizer: wholeOptimizer(chosen.optimizer) };
    case 'ridge':
      return { kind: 'ridge', penalties: ridgePenalties };
    case 'hidden':
      return { ...hiddenDefaults, ...chosen };
    case 'neighbours':
      return { kind: 'neighbours', candidates: neighbourCandidates };
    case 'centroid':
      return { kind: 'centroid' };
  }
}

/** What was chosen of a head that is whole, as `wholeHead` takes it. */
export function choiceOf(head: HeadSettings): HeadChoice {
  if (head.kind !== 'softmax' || head.optimizer.kind !== 'l-bfgs') return head;
  const { kind, labelSmoothing, penalties } = head.optimizer;
  return {
    kind: 'softmax',
    optimizer: {
      kind,
      ...(penalties && { regularisation: 'validation' }),
      ...(labelSmoothing !== undefined && { labelSmoothing }),
    },
  };
}

function wholeOptimizer(chosen: OptimizerChoice): Optimizer {
  switch (chosen.kind) {
    case 'l-bfgs': {
      const { regularisation, ...others } = chosen;
      return { ...others, ...trainingDefaults, ...(regularisation && { penalties: softmaxPenalties }) };
    }
    case 'adam':
    case 'sgd':
      return { ...steppedDefaults[chosen.kind], ...chosen };
    case 'retrain.py':
      return { ...retrainPyDefaults, ...chosen };
  }
}

/** Whether it is validation that may end a training. */
export function stopsEarly(optimizer: Optimizer): boolean {
  return (optimizer.kind === 'adam' || optimizer.kind === 'sgd') && optimizer.earlyStopping > 0;
}
