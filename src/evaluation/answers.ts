/** What a head said about one image. */
export interface TopAnswer {
  /** The likeliest class; the first of equals. */
  readonly predicted: number;
  readonly probability: number;
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
