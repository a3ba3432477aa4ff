import {
  retrainPyDefaults,
  softmaxPenalties,
  steppedDefaults,
  trainingDefaults,
  type Optimizer,
} from '../training';
import type { OptimizerChoice } from './retrainSettings';

/** An optimizer with what was left open. */
export function wholeOptimizer(chosen: OptimizerChoice): Optimizer {
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
