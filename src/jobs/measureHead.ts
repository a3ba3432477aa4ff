import {
  accuracyOf,
  classMetrics,
  confusionMatrix,
  surenessOf,
  topAnswers,
  type TopAnswer,
} from '../evaluation';
import { predict, type RunEvaluation, type RunPrediction } from '../models';
import type { Product, TrainedHead } from '../training';
import type { LabelledRows } from './labelledRows';

type Measures = Omit<RunEvaluation, 'on' | 'seconds'>;

/** What a head, as it is saved, says about labelled images, and how good that is. */
export async function measureHead(
  head: TrainedHead,
  { rows, values, labels: truth }: LabelledRows,
  labels: readonly string[],
  product: Product,
): Promise<{ answers: TopAnswer[]; measured: Measures }> {
  return measureAnswers(await predict(head, values, rows.length, product), truth, labels);
}

/** The answers in `probabilities` [n, C] to images whose true classes are `truth` [n], and how good they are. */
export function measureAnswers(
  probabilities: Float32Array,
  truth: Int32Array,
  labels: readonly string[],
): { answers: TopAnswer[]; measured: Measures } {
  const answers = topAnswers(probabilities, labels.length);
  const predicted = Int32Array.from(answers, (answer) => answer.predicted);
  const confusion = confusionMatrix(truth, predicted, labels.length);
  const { accuracy, interval } = accuracyOf(confusion);
  const measured = {
    labels,
    n: truth.length,
    accuracy,
    interval,
    confusion,
    perClass: classMetrics(confusion, labels),
    sureness: surenessOf(truth, probabilities, labels.length),
  };
  return { answers, measured };
}

/** Answers by image, as a run keeps them. */
export function predictionsOf(
  { rows }: Pick<LabelledRows, 'rows'>,
  answers: readonly TopAnswer[],
  labels: readonly string[],
  sideOf: (row: number) => RunPrediction['side'],
): RunPrediction[] {
  return rows.map(({ image, sha256 }, i) => ({
    path: image.path,
    sha256,
    side: sideOf(i),
    label: image.label,
    predicted: labels[answers[i]?.predicted ?? -1] ?? '',
    probability: answers[i]?.probability ?? 0,
  }));
}
