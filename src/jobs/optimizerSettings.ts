import { retrainPyDefaults, steppedDefaults, trainingDefaults, type Optimizer } from '../training';
import type { OptimizerChoice } from './requests';

/** An optimizer with what was left open. */
export function wholeOptimizer(chosen: OptimizerChoice): Optimizer {
  switch (chosen.kind) {
    case 'l-bfgs':
      return { ...chosen, ...trainingDefaults };
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
