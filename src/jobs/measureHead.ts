import { accuracyOf, classMetrics, confusionMatrix, topAnswers, type TopAnswer } from '../evaluation';
import { predict, type NewRun } from '../models';
import type { Head } from '../training';
import type { LabelledRows } from './labelledRows';

/** What a head, as it is saved, says about labelled images, and how good that is. */
export function measureHead(
  head: Head,
  { rows, values, labels: truth }: LabelledRows,
  labels: readonly string[],
): { answers: TopAnswer[]; measured: Omit<NewRun['evaluation'], 'on' | 'seconds'> } {
  const n = rows.length;
  const answers = topAnswers(predict(head, values, n), labels.length);
  const predicted = Int32Array.from(answers, (answer) => answer.predicted);
  const confusion = confusionMatrix(truth, predicted, labels.length);
  const { accuracy, interval } = accuracyOf(confusion);
  const measured = {
    labels,
    n,
    accuracy,
    interval,
    confusion,
    perClass: classMetrics(confusion, labels),
  };
  return { answers, measured };
}
