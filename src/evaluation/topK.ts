/**
 * The share of images whose true class [n] is among the `k` likeliest of `probabilities` [n, classes]; of equals the
 * first come first, as in `topAnswers`. Null of no image.
 */
export function topKAccuracy(
  truth: Int32Array,
  probabilities: Float32Array | Float64Array,
  classes: number,
  k: number,
): number | null {
  if (truth.length === 0) return null;
  let right = 0;
  truth.forEach((label, row) => {
    const scores = probabilities.subarray(row * classes, (row + 1) * classes);
    const own = scores[label] ?? NaN;
    let before = 0;
    scores.forEach((score, i) => {
      if (score > own || (score === own && i < label)) before++;
    });
    if (before < k) right++;
  });
  return right / truth.length;
}
