import type { RunView } from '../../jobs';
import { trainDocument } from '../documents';
import { assertion, type AssertionOptions } from '../options';
import type { Outcome } from '../perform';
import type { RetrainPyFlags } from '../retrainPyFlags';
import { trainText } from '../text';

/** What a training that has come to its run prints. */
export function trained(run: RunView, options: RetrainPyFlags & AssertionOptions): Outcome {
  const misclassified = options.printMisclassifiedTestImages ?? false;
  const asserted = assertion(run.evaluation, options, run.name);
  return {
    text: trainText(run, misclassified),
    document: { ...trainDocument(run, misclassified), ...asserted.document },
    done: true,
    shortfall: asserted.shortfall,
  };
}
