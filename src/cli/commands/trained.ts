import { rejectedAt, type Rejected, type RunView } from '../../jobs';
import { trainDocument } from '../documents';
import { assertion, type AssertionOptions } from '../options';
import type { Outcome } from '../perform';
import { outputsOf, type RetrainPyFlags } from '../retrainPyFlags';
import { trainText } from '../text';

/** What a training that has come to its run prints; `reject` withholds the answers of a smaller probability. */
export function trained(run: RunView, options: RetrainPyFlags & AssertionOptions, reject: number): Outcome {
  const misclassified = options.printMisclassifiedTestImages ?? false;
  const shown = { misclassified, rejected: rejectedOf(run, reject) };
  const asserted = assertion(run.evaluation, options, run);
  return {
    text: trainText(run, shown),
    document: { ...trainDocument(run, shown), ...asserted.document },
    done: true,
    shortfalls: asserted.shortfalls,
  };
}

/** The note where snapshots were asked for of a training that makes no steps. */
export function withoutSnapshots({ training }: RunView, options: RetrainPyFlags): string[] {
  if (!outputsOf(options).snapshots || ('unit' in training && training.unit === 'step')) return [];
  return [
    'note: --intermediate_store_frequency: only the optimizers adam, sgd and retrain.py make steps, nothing was written',
  ];
}

/** What is left of the testing answers at a probability; null where all are. */
function rejectedOf({ evaluation: { predictions } }: RunView, threshold: number): Rejected | null {
  if (threshold === 0) return null;
  const answers = predictions.map(({ label, predicted, ...answer }) => {
    return { ...answer, right: label === predicted };
  });
  return rejectedAt(threshold, answers);
}
