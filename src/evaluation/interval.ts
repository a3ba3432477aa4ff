/** A confidence interval within [0, 1]. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** The 97.5 % point of the normal distribution: 95 % lie within plus and minus this. */
const z = 1.959963984540054;

/**
 * The 95 % score interval of a share, `successes` of `n` (E. B. Wilson, "Probable inference, the law of
 * succession, and statistical inference", 1927). Unlike the usual plus-minus it stays within [0, 1] and holds
 * its level for small n and shares near 1 (Brown, Cai, DasGupta, "Interval estimation for a binomial
 * proportion", 2001). Nothing is known of n = 0: [0, 1].
 */
export function wilson(successes: number, n: number): Interval {
  if (!(n >= 0 && successes >= 0 && successes <= n)) throw new RangeError(`${successes} successes of ${n}`);
  if (n === 0) return { low: 0, high: 1 };
  const share = successes / n;
  const centre = share + z ** 2 / (2 * n);
  const half = z * Math.sqrt((share * (1 - share)) / n + (z / (2 * n)) ** 2);
  const scale = 1 + z ** 2 / n;
  // At the ends rounding could leave the share itself just outside.
  return {
    low: successes === 0 ? 0 : Math.max(0, (centre - half) / scale),
    high: successes === n ? 1 : Math.min(1, (centre + half) / scale),
  };
}
