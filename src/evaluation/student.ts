/** The 97.5 % point of the normal distribution. */
const z = 1.959963984540054;

/**
 * The 97.5 % point of Student's t with `freedom` degrees of freedom, 1 or more: exact for 1 and 2, else by the
 * Cornish-Fisher expansion about the normal one (Abramowitz and Stegun, "Handbook of mathematical functions", 26.7.5),
 * which is within 0.5 % from 3 on.
 */
export function studentQuantile(freedom: number): number {
  const p = 0.975;
  if (freedom === 1) return Math.tan(Math.PI * (p - 0.5));
  if (freedom === 2) return (2 * p - 1) * Math.sqrt(2 / (4 * p * (1 - p)));
  const terms = [
    (z ** 3 + z) / 4,
    (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96,
    (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384,
    (79 * z ** 9 + 776 * z ** 7 + 1482 * z ** 5 - 1920 * z ** 3 - 945 * z) / 92160,
  ];
  return terms.reduce((sum, term, i) => sum + term / freedom ** (i + 1), z);
}
