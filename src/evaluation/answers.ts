/** What a head said about one image. */
export interface TopAnswer {
  /** The likeliest class; the first of equals. */
  readonly predicted: number;
  readonly probability: number;
}

export interface WrongAnswer extends TopAnswer {
  /** Row of the image among those asked about. */
  readonly row: number;
  readonly truth: number;
}

/** The smallest float32 above zero: a probability that came out as 0 counts as this, so that one image cannot make the mean infinite. */
const leastProbability = 2 ** -149;

/** The likeliest class of each row of `probabilities` [n, classes]. */
export function topAnswers(probabilities: Float32Array, classes: number): TopAnswer[] {
  return Array.from({ length: probabilities.length / classes }, (_, row) => {
    const scores = probabilities.subarray(row * classes, (row + 1) * classes);
    let predicted = 0;
    scores.forEach((score, i) => {
      if (score > (scores[predicted] ?? 0)) predicted = i;
    });
    return { predicted, probability: scores[predicted] ?? 0 };
  });
}

/** The wrong ones of `answers`, the surest first, then in the order of rows. */
export function wrongAnswers(truth: Int32Array, answers: readonly TopAnswer[]): WrongAnswer[] {
  return answers
    .map((answer, row) => ({ ...answer, row, truth: truth[row] ?? -1 }))
    .filter((answer) => answer.predicted !== answer.truth)
    .sort((a, b) => b.probability - a.probability || a.row - b.row);
}

/** Mean of -ln of the probability [n, classes] given to the true class [n]; null of no image. */
export function crossEntropyOf(
  truth: Int32Array,
  probabilities: Float32Array,
  classes: number,
): number | null {
  if (truth.length === 0) return null;
  let sum = 0;
  truth.forEach((label, row) => {
    sum -= Math.log(Math.max(probabilities[row * classes + label] ?? NaN, leastProbability));
  });
  return sum / truth.length;
}
