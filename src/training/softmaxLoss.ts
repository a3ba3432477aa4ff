/** Accuracy and mean cross-entropy (natural logarithm) of softmax answers. */
export interface Measures {
  readonly accuracy: number;
  readonly crossEntropy: number;
}

/**
 * Measures the softmax of `logits` [n, classes] against `labels` [n]. A tie goes to the first class.
 * With `residual` [n, classes], also fills it with (probability - truth) / n, the gradient by the logits. With
 * `weights` [n], above zero, an image counts as so many in the cross-entropy and in its gradient: n is their sum there.
 * `smoothing` is the share of a target that all classes get alike (Szegedy et al., "Rethinking the Inception
 * architecture", 2016, section 7): cross-entropy and gradient are those against such targets.
 */
export function measure(
  logits: Float64Array,
  labels: Int32Array,
  classes: number,
  residual?: Float64Array,
  weights?: Float64Array,
  smoothing = 0,
): Measures {
  const n = labels.length;
  const all = weights === undefined ? n : weights.reduce((total, weight) => total + weight, 0);
  let right = 0;
  let sum = 0;
  for (let row = 0; row < n; row++) {
    const start = row * classes;
    const end = start + classes;
    const truth = start + (labels[row] as number);
    let top = start;
    for (let i = start + 1; i < end; i++) if ((logits[i] as number) > (logits[top] as number)) top = i;
    const highest = logits[top] as number;
    const weight = weights === undefined ? 1 : (weights[row] as number);
    let total = 0;
    if (residual === undefined) {
      for (let i = start; i < end; i++) total += Math.exp((logits[i] as number) - highest);
    } else {
      for (let i = start; i < end; i++) total += residual[i] = Math.exp((logits[i] as number) - highest);
      const share = weight / (total * all);
      for (let i = start; i < end; i++) residual[i] = (residual[i] as number) * share;
      residual[truth] = (residual[truth] as number) - ((1 - smoothing) * weight) / all;
      if (smoothing > 0) {
        const even = (smoothing * weight) / (classes * all);
        for (let i = start; i < end; i++) residual[i] = (residual[i] as number) - even;
      }
    }
    let aimed = (1 - smoothing) * (logits[truth] as number);
    if (smoothing > 0)
      for (let i = start; i < end; i++) aimed += (smoothing / classes) * (logits[i] as number);
    sum += weight * (highest + Math.log(total) - aimed);
    if (top === truth) right++;
  }
  return { accuracy: right / n, crossEntropy: sum / all };
}
