/** Accuracy and mean cross-entropy (natural logarithm) of softmax answers. */
export interface Measures {
  readonly accuracy: number;
  readonly crossEntropy: number;
}

/** The loss along a line: its value and slope at one step length. */
export interface LinePoint {
  readonly value: number;
  readonly slope: number;
}

/**
 * Measures the softmax of `logits` [n, classes] against `labels` [n]. A tie goes to the first class.
 * With `residual` [n, classes], also fills it with (probability - truth) / n, the gradient by the logits.
 */
export function measure(
  logits: Float64Array,
  labels: Int32Array,
  classes: number,
  residual?: Float64Array,
): Measures {
  const n = labels.length;
  let right = 0;
  let sum = 0;
  for (let row = 0; row < n; row++) {
    const start = row * classes;
    const truth = start + (labels[row] as number);
    let top = start;
    for (let i = start + 1; i < start + classes; i++)
      if ((logits[i] as number) > (logits[top] as number)) top = i;
    const highest = logits[top] as number;
    let total = 0;
    for (let i = start; i < start + classes; i++) total += Math.exp((logits[i] as number) - highest);
    sum += highest + Math.log(total) - (logits[truth] as number);
    if (top === truth) right++;
    if (residual === undefined) continue;
    for (let i = start; i < start + classes; i++)
      residual[i] = (Math.exp((logits[i] as number) - highest) / total - (i === truth ? 1 : 0)) / n;
  }
  return { accuracy: right / n, crossEntropy: sum / n };
}

/** Mean cross-entropy at `logits + step * change` and its derivative by `step`; no matrix product is needed. */
export function lossAlong(
  logits: Float64Array,
  change: Float64Array,
  step: number,
  labels: Int32Array,
  classes: number,
): LinePoint {
  const n = labels.length;
  let value = 0;
  let slope = 0;
  for (let row = 0; row < n; row++) {
    const start = row * classes;
    const truth = start + (labels[row] as number);
    let highest = -Infinity;
    for (let i = start; i < start + classes; i++)
      highest = Math.max(highest, (logits[i] as number) + step * (change[i] as number));
    let total = 0;
    let weighted = 0;
    for (let i = start; i < start + classes; i++) {
      const share = Math.exp((logits[i] as number) + step * (change[i] as number) - highest);
      total += share;
      weighted += share * (change[i] as number);
    }
    value += highest + Math.log(total) - ((logits[truth] as number) + step * (change[truth] as number));
    slope += weighted / total - (change[truth] as number);
  }
  return { value: value / n, slope: slope / n };
}
