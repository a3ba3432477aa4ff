import { topAnswers, type TopAnswer } from './answers';
import { calibrationOf, type Calibration } from './calibration';
import { coverageCurve, rejectPoints, type RejectPoint } from './coverage';
import { topKAccuracy } from './topK';

/** How much the probabilities of answers are worth, and what withholding the unsure ones would do. */
export interface Sureness {
  /** The share of images whose true class is among the `k` likeliest. */
  readonly topK: readonly { readonly k: number; readonly accuracy: number }[];
  readonly calibration: Calibration;
  /** By rising threshold. */
  readonly reject: readonly RejectPoint[];
}

/** Tenths, for a person to read; docs/heads.md compares heads in bins of a fifteenth. */
const bins = 10;
const likeliest = [1, 3, 5];
/** 0, 0.05 ... 0.95, 0.99. */
const thresholds = [...Array.from({ length: 20 }, (_, i) => i / 20), 0.99];

/**
 * Of `probabilities` [n, classes]; null of no image. A `k` that is no fewer than all classes says nothing and is left
 * out. `unknown` [n]: images that would not be answered, however sure the head is; absent: none.
 */
export function surenessOf(
  truth: Int32Array,
  probabilities: Float32Array,
  classes: number,
  unknown?: readonly boolean[],
): Sureness | null {
  const sureness = answersSureness(truth, topAnswers(probabilities, classes), unknown);
  const topK = likeliest
    .filter((k) => k < classes)
    .flatMap((k) => {
      const accuracy = topKAccuracy(truth, probabilities, classes, k);
      return accuracy === null ? [] : [{ k, accuracy }];
    });
  return sureness && { ...sureness, topK };
}

/** The same of answers alone: no more than the likeliest class is known of each. Null of no answer. */
export function answersSureness(
  truth: Int32Array,
  answers: readonly TopAnswer[],
  unknown?: readonly boolean[],
): Sureness | null {
  if (answers.length === 0) return null;
  const calibration = calibrationOf(truth, answers, bins);
  const isKnown = (_: unknown, image: number) => !unknown?.[image];
  const curve = coverageCurve(truth.filter(isKnown), answers.filter(isKnown));
  return { topK: [], calibration, reject: rejectPoints(curve, thresholds) };
}
