/**
 * The two-sided p-value of McNemar's exact test: how likely a difference at least as large as that between
 * `gained` and `lost` is where both are as likely, among the images that only one of two models named rightly
 * (Q. McNemar, "Note on the sampling error of the difference between correlated proportions", 1947; the exact
 * form is the sign test). 1 where neither differs.
 */
export function mcnemar(gained: number, lost: number): number {
  const n = gained + lost;
  const fewer = Math.min(gained, lost);
  // The tail of the binomial with p = 1/2, in logarithms: 2^-n underflows from 1,075 on.
  let logTerm = -n * Math.LN2;
  let tail = 0;
  for (let k = 0; k <= fewer; k++) {
    tail += Math.exp(logTerm);
    logTerm += Math.log(n - k) - Math.log(k + 1);
  }
  return Math.min(1, 2 * tail);
}
