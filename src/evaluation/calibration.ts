import type { TopAnswer } from './answers';

/** The answers whose probability is above `from` and at most `to`. */
export interface ReliabilityBin {
  readonly from: number;
  readonly to: number;
  readonly images: number;
  /** Mean probability of these answers; null where there is none. */
  readonly confidence: number | null;
  /** Share of right ones; null where there is none. */
  readonly accuracy: number | null;
}

export interface Calibration {
  /** The bars of a reliability diagram. */
  readonly bins: readonly ReliabilityBin[];
  /** Mean over the images of the distance between confidence and accuracy of their bin; null of no image. */
  readonly expectedError: number | null;
}

/**
 * How well the probability of an answer says how often such answers are right: reliability diagram and expected
 * calibration error in bins of equal width (Guo, Pleiss, Sun, Weinberger, "On calibration of modern neural networks",
 * 2017, eq. 3). With few images the error is above 0 by chance alone.
 * @param truth the true class of each answer
 */
export function calibrationOf(truth: Int32Array, answers: readonly TopAnswer[], bins = 15): Calibration {
  const sums = Array.from({ length: bins }, () => ({ images: 0, probability: 0, right: 0 }));
  answers.forEach(({ predicted, probability }, i) => {
    const sum = sums[Math.min(bins - 1, Math.max(0, Math.ceil(probability * bins) - 1))];
    if (sum === undefined) return;
    sum.images++;
    sum.probability += probability;
    if (predicted === truth[i]) sum.right++;
  });
  const distance = sums.reduce((total, { probability, right }) => total + Math.abs(probability - right), 0);
  return {
    bins: sums.map(({ images, probability, right }, i) => ({
      from: i / bins,
      to: (i + 1) / bins,
      images,
      confidence: images === 0 ? null : probability / images,
      accuracy: images === 0 ? null : right / images,
    })),
    expectedError: answers.length === 0 ? null : distance / answers.length,
  };
}
