import { seededRandom, type Random } from '../base';
import type { Interval } from './interval';
import { errorAt, fitPowerLaw, type ErrorPoint, type PowerLaw } from './powerLaw';

/** Which images were named wrongly by the heads of one size, once a repetition: [repeats][images] of 0 and 1. */
export interface SizeOutcomes {
  /** Images trained on. */
  readonly n: number;
  readonly wrong: readonly Uint8Array[];
}

export interface Forecast {
  readonly law: PowerLaw;
  /** Images trained on. */
  readonly n: number;
  /** The expected share of right answers, and its 95 % interval. */
  readonly accuracy: number;
  readonly interval: Interval;
  /** How much that is above the curve at the size that is there now. */
  readonly gain: number;
  readonly gainInterval: Interval;
}

const draws = 200;

/**
 * What accuracy `n` images would give, by a power law through the measured errors. The interval is that of the Bayesian
 * bootstrap (D. B. Rubin, "The Bayesian bootstrap", 1981): each draw takes repetitions again at random, gives every
 * tested photo an exponential weight, fits anew, and forecasts. Photos that were all named rightly would leave that
 * without any width. So two more are imagined, one named rightly and one wrongly at every size: the uniform prior of
 * Bayes and Laplace, under which an error of 0 of m lies below 1 - 0.025^(1 / (m + 1)), where Wilson's interval ends
 * too. Whether more images would mend the imagined error nobody has seen: the accuracy takes none of it as mended, the
 * gain any share of it alike.
 * Undefined with less than three sizes.
 * @param photos the tested rows of each different photo; the forecast is about all of these rows and no others
 */
export function forecast(
  sizes: readonly SizeOutcomes[],
  photos: readonly (readonly number[])[],
  { now, n }: { readonly now: number; readonly n: number },
  seed: number,
): Forecast | undefined {
  const rows = photos.reduce((sum, own) => sum + own.length, 0);
  if (rows === 0) return undefined;
  const repeats = Math.max(...sizes.map(({ wrong }) => wrong.length));
  const each = Array.from({ length: repeats }, (_, i) => i);
  const law = fitPowerLaw(
    sizes.map((size) =>
      pointOf(
        size,
        each,
        photos,
        photos.map(() => 1 / rows),
      ),
    ),
  );
  if (!law) return undefined;
  const random = seededRandom(seed);
  const accuracies: number[] = [];
  const gains: number[] = [];
  for (let draw = 0; draw < draws; draw++) {
    const chosen = each.map(() => Math.floor(random() * repeats));
    const weights = photos.map(() => exponential(random));
    const [right, wrong] = [exponential(random), exponential(random)];
    const whole = photos.reduce((sum, own, i) => sum + own.length * (weights[i] ?? 0), right + wrong);
    const shares = weights.map((weight) => weight / whole);
    const fitted = fitPowerLaw(sizes.map((size) => pointOf(size, chosen, photos, shares)));
    if (!fitted) continue;
    const unseen = wrong / whole;
    accuracies.push(Math.max(0, 1 - errorAt(fitted, n) - unseen));
    gains.push(errorAt(fitted, now) - errorAt(fitted, n) + random() * unseen);
  }
  const accuracy = 1 - errorAt(law, n);
  const gain = errorAt(law, now) - errorAt(law, n);
  return {
    law,
    n,
    accuracy,
    interval: around(accuracy, accuracies),
    gain,
    gainInterval: around(gain, gains),
  };
}

/** The mean error over some repetitions, each as often as it is listed, a row counting as its photo's share has it. */
function pointOf(
  { n, wrong }: SizeOutcomes,
  repeats: readonly number[],
  photos: readonly (readonly number[])[],
  shares: readonly number[],
): ErrorPoint {
  let sum = 0;
  for (const repeat of repeats) {
    const outcome = wrong[repeat];
    photos.forEach((rows, i) => {
      for (const row of rows) sum += (outcome?.[row] ?? 0) * (shares[i] ?? 0);
    });
  }
  return { n, error: sum / repeats.length, weight: 1 };
}

/** Exponentially distributed, with mean 1. */
function exponential(random: Random): number {
  return -Math.log(1 - random());
}

/** From the 2.5 % to the 97.5 % point of `values`, and never without the estimate itself. */
function around(estimate: number, values: readonly number[]): Interval {
  const ordered = [...values].sort((a, b) => a - b);
  const at = (share: number): number => ordered[Math.round(share * (ordered.length - 1))] ?? estimate;
  return { low: Math.min(estimate, at(0.025)), high: Math.max(estimate, at(0.975)) };
}
