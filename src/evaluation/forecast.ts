import { seededRandom, type Random } from '../base';
import type { Interval } from './interval';
import { errorAt, fitPowerLaw, type ErrorPoint, type PowerLaw } from './powerLaw';

/** Which tested images were named wrongly by the heads of one size, one a repetition: [repeats][tested] of 0 and 1. */
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
 * What accuracy `n` images would give, by a power law through the measured errors. The interval is the percentile
 * bootstrap's (B. Efron, "Bootstrap methods: another look at the jackknife", 1979): each draw takes repetitions and,
 * within each class, tested images again at random, fits anew, and forecasts. Undefined with less than three sizes.
 * @param classes rows of each class among the tested; the forecast is about all of these rows and no others
 */
export function forecast(
  sizes: readonly SizeOutcomes[],
  classes: readonly (readonly number[])[],
  n: number,
  seed: number,
): Forecast | undefined {
  const rows = classes.flat();
  if (rows.length === 0) return undefined;
  const now = Math.max(...sizes.map((size) => size.n));
  const law = fitPowerLaw(
    sizes.map((size) =>
      meanError(
        size,
        size.wrong.map((_, i) => i),
        rows,
      ),
    ),
  );
  if (!law) return undefined;
  const accuracyOf = (fitted: PowerLaw, images: number): number => 1 - errorAt(fitted, images);
  const random = seededRandom(seed);
  const accuracies: number[] = [];
  const gains: number[] = [];
  for (let draw = 0; draw < draws; draw++) {
    const drawn = classes.flatMap((own) => own.map(() => pick(own, random)));
    const repeats = Math.max(...sizes.map(({ wrong }) => wrong.length));
    const chosen = Array.from({ length: repeats }, () => Math.floor(random() * repeats));
    const fitted = fitPowerLaw(sizes.map((size) => meanError(size, chosen, drawn)));
    if (!fitted) continue;
    accuracies.push(accuracyOf(fitted, n));
    gains.push(accuracyOf(fitted, n) - accuracyOf(fitted, now));
  }
  const accuracy = accuracyOf(law, n);
  const gain = accuracy - accuracyOf(law, now);
  return {
    law,
    n,
    accuracy,
    interval: around(accuracy, accuracies),
    gain,
    gainInterval: around(gain, gains),
  };
}

/** The mean error over some repetitions and rows, each as often as it is listed; a size of one repetition has that. */
function meanError(
  { n, wrong }: SizeOutcomes,
  repeats: readonly number[],
  rows: readonly number[],
): ErrorPoint {
  let sum = 0;
  for (const repeat of repeats) {
    const outcome = wrong[repeat % wrong.length];
    for (const row of rows) sum += outcome?.[row] ?? 0;
  }
  return { n, error: sum / (repeats.length * rows.length), weight: 1 };
}

function pick(items: readonly number[], random: Random): number {
  return items[Math.floor(random() * items.length)] ?? 0;
}

/** From the 2.5 % to the 97.5 % point of `values`, and never without the estimate itself. */
function around(estimate: number, values: readonly number[]): Interval {
  const ordered = [...values].sort((a, b) => a - b);
  const at = (share: number): number => ordered[Math.round(share * (ordered.length - 1))] ?? estimate;
  return { low: Math.min(estimate, at(0.025)), high: Math.max(estimate, at(0.975)) };
}
