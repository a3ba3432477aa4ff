/** The softmax of each row of `logits` [n, C], [n, C]; it never overflows. */
export function probabilitiesOf(logits: Float64Array, classes: number): Float32Array {
  const probabilities = new Float32Array(logits.length);
  for (let from = 0; from < logits.length; from += classes) {
    const row = logits.subarray(from, from + classes);
    const highest = row.reduce((most, logit) => Math.max(most, logit), -Infinity);
    const shares = row.map((logit) => Math.exp(logit - highest));
    const total = shares.reduce((sum, share) => sum + share, 0);
    probabilities.set(
      shares.map((share) => share / total),
      from,
    );
  }
  return probabilities;
}
