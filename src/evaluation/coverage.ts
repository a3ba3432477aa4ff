import type { TopAnswer } from './answers';

/** What is left when answers below a probability are withheld. */
export interface CoveragePoint {
  /** The least probability of an answer that is given. */
  readonly threshold: number;
  /** Answers given, and their share of all. */
  readonly answered: number;
  readonly coverage: number;
  /** The share of right ones among the given. */
  readonly accuracy: number;
}

/**
 * Coverage and accuracy for every threshold that makes a difference, from the surest answer alone to all of them: the
 * risk-coverage curve (El-Yaniv and Wiener, "On the foundations of noise-free selective classification", 2010).
 * @param truth the true class of each answer
 */
export function coverageCurve(truth: Int32Array, answers: readonly TopAnswer[]): CoveragePoint[] {
  const sorted = answers
    .map(({ predicted, probability }, i) => ({ probability, right: predicted === truth[i] }))
    .sort((a, b) => b.probability - a.probability);
  const points: CoveragePoint[] = [];
  let right = 0;
  sorted.forEach((answer, i) => {
    if (answer.right) right++;
    const answered = i + 1;
    // Answers of the same probability are given or withheld together.
    if (sorted[answered]?.probability === answer.probability) return;
    points.push({
      threshold: answer.probability,
      answered,
      coverage: answered / sorted.length,
      accuracy: right / answered,
    });
  });
  return points;
}

/** The point of the largest coverage whose accuracy is at least `accuracy`; undefined where none is. */
export function rejectThreshold(
  curve: readonly CoveragePoint[],
  accuracy: number,
): CoveragePoint | undefined {
  return curve.findLast((point) => point.accuracy >= accuracy);
}

/** What a reject threshold leaves of the answers. */
export interface RejectPoint {
  readonly threshold: number;
  /** Answers whose probability is at least that, and how many of them are right. */
  readonly answered: number;
  readonly right: number;
}

/** The answers that each of `thresholds` leaves. */
export function rejectPoints(curve: readonly CoveragePoint[], thresholds: readonly number[]): RejectPoint[] {
  return thresholds.map((threshold) => {
    const point = curve.findLast((each) => each.threshold >= threshold);
    const { answered = 0, accuracy = 0 } = point ?? {};
    return { threshold, answered, right: Math.round(accuracy * answered) };
  });
}
