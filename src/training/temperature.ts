import type { Head } from './head';

/** Temperatures are sought from a thousandth to a thousand times the spread of the scores. */
const range = 1e3;
/** The search ends where the logarithm of the temperature is known so well. */
const precision = 1e-6;
/** So near to it the slope is nearly a line, and more than halves of it are found. */
const halved = 0.5;

/**
 * The temperature T that calibrates scores [n, C]: softmax(scores / T) has the least mean cross-entropy (Guo, Pleiss,
 * Sun, Weinberger, "On calibration of modern neural networks", 2017), to be fitted on answers to images that the
 * scores were not trained on. The loss is convex in 1/T, so it has one least place, where its slope is zero.
 *
 * A handful of right answers is no proof that all are: the truth counts for (n + 1) / (n + 2) (Laplace's rule of
 * succession, as in Platt, "Probabilistic outputs for support vector machines", 1999), the other classes share the
 * rest. So the temperature stays above zero where every answer is right. Answers no better than chance get the
 * highest temperature, nearly equal probabilities; without an image, or where all scores are equal, it is 1.
 */
export function fitTemperature(
  scores: Float32Array | Float64Array,
  labels: Int32Array,
  classes: number,
): number {
  const spread = spreadOf(scores, classes);
  if (!(spread > 0) || !Number.isFinite(spread)) return 1;
  const at = (logarithm: number): number => slope(scores, labels, classes, Math.exp(-logarithm));
  let [low, high] = [Math.log(spread / range), Math.log(spread * range)];
  while (high - low > halved) {
    const middle = (low + high) / 2;
    if (at(middle) > 0) low = middle;
    else high = middle;
  }
  return Math.exp(fallingRoot(at, low, high));
}

/**
 * Where `at`, which falls from `low` to `high`, crosses zero: by false position, the weight of an end that stays halved
 * (the Illinois method: Dowell and Jarratt, "A modified regula falsi method for computing the root of an equation",
 * 1971). An end where it does not have the right sign is the root.
 */
function fallingRoot(at: (x: number) => number, low: number, high: number): number {
  let [above, below] = [at(low), at(high)];
  if (!(above > 0)) return low;
  if (!(below < 0)) return high;
  let last = NaN;
  for (;;) {
    const next = low + ((high - low) * above) / (above - below);
    const value = at(next);
    if (Math.abs(next - last) <= precision || high - low <= precision || value === 0) return next;
    if (value > 0) {
      if (last === low) below /= 2;
      [low, above] = [next, value];
    } else {
      if (last === high) above /= 2;
      [high, below] = [next, value];
    }
    last = next;
  }
}

/** `head` with its logits divided by a temperature above 0: the order of the classes stays. */
export function tempered({ weights, bias }: Head, temperature: number): Head {
  return {
    weights: weights.map((weight) => weight / temperature),
    bias: bias.map((value) => value / temperature),
  };
}

/** The root of the mean square of scores about the mean of their row. */
function spreadOf(scores: Float32Array | Float64Array, classes: number): number {
  let squares = 0;
  for (let row = 0; row < scores.length; row += classes) {
    let mean = 0;
    for (let c = 0; c < classes; c++) mean += (scores[row + c] as number) / classes;
    for (let c = 0; c < classes; c++) squares += ((scores[row + c] as number) - mean) ** 2;
  }
  return Math.sqrt(squares / scores.length);
}

/** The derivative by 1/T of the sum of losses: the score that is expected, less the score of the truth. */
function slope(
  scores: Float32Array | Float64Array,
  labels: Int32Array,
  classes: number,
  inverse: number,
): number {
  const n = labels.length;
  const others = classes > 1 ? 1 / ((n + 2) * (classes - 1)) : 0;
  const truth = 1 - 1 / (n + 2) - others;
  let total = 0;
  for (let i = 0; i < n; i++) {
    const row = i * classes;
    let highest = -Infinity;
    for (let c = 0; c < classes; c++) highest = Math.max(highest, scores[row + c] as number);
    let [weight, expected, sum] = [0, 0, 0];
    for (let c = 0; c < classes; c++) {
      const below = (scores[row + c] as number) - highest;
      const share = Math.exp(inverse * below);
      weight += share;
      expected += share * below;
      sum += below;
    }
    total +=
      expected / weight - truth * ((scores[row + (labels[i] as number)] as number) - highest) - others * sum;
  }
  return total;
}
