import {
  accuracyOf,
  classMetrics,
  confusionMatrix,
  surenessOf,
  topAnswers,
  type TopAnswer,
} from '../evaluation';
import { predict, type KnownImages, type RunEvaluation, type RunPrediction } from '../models';
import type { Product, TrainedHead } from '../training';
import { unknownAmong } from './knownImages';
import type { LabelledRows } from './labelledRows';

type Measures = Omit<RunEvaluation, 'on' | 'seconds'>;

/** What was said about an image; `unknown` absent: nobody can tell. */
type GivenAnswer = TopAnswer & Pick<RunPrediction, 'unknown'>;

/**
 * What a head, as it is saved, says about labelled images, and how good that is. Images that are unlike all `known` ones
 * are counted; accuracy and confusion are of all.
 */
export async function measureHead(
  { head, known }: { readonly head: TrainedHead; readonly known: KnownImages | null },
  { rows, values, labels: truth }: LabelledRows,
  labels: readonly string[],
  product: Product,
): Promise<{ answers: GivenAnswer[]; measured: Measures }> {
  const probabilities = await predict(head, values, rows.length, product);
  if (known === null) return measureAnswers(probabilities, truth, labels);
  const unknown = unknownAmong(known, values);
  const { answers, measured } = measureAnswers(probabilities, truth, labels, unknown);
  return {
    answers: answers.map((answer, image) => ({ ...answer, unknown: unknown[image] ?? false })),
    measured: { ...measured, unknown: unknown.filter(Boolean).length },
  };
}

/**
 * The answers in `probabilities` [n, C] to images whose true classes are `truth` [n], and how good they are. `unknown`:
 * those that would not be answered.
 */
export function measureAnswers(
  probabilities: Float32Array,
  truth: Int32Array,
  labels: readonly string[],
  unknown?: readonly boolean[],
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
    sureness: surenessOf(truth, probabilities, labels.length, unknown),
  };
  return { answers, measured };
}

/** Answers by image, as a run keeps them. */
export function predictionsOf(
  { rows }: Pick<LabelledRows, 'rows'>,
  answers: readonly GivenAnswer[],
  labels: readonly string[],
  sideOf: (row: number) => RunPrediction['side'],
): RunPrediction[] {
  return rows.map(({ image, sha256 }, i) => {
    const { predicted = -1, probability = 0, unknown } = answers[i] ?? {};
    return {
      path: image.path,
      sha256,
      side: sideOf(i),
      label: image.label,
      predicted: labels[predicted] ?? '',
      probability,
      ...(unknown !== undefined && { unknown }),
    };
  });
}
