import type { CrossValidatedHead } from '../../protocol';

/** The most accurate; of equals the one with the least log loss. */
export function bestHead(heads: readonly CrossValidatedHead[]): CrossValidatedHead | undefined {
  return [...heads].sort((a, b) => b.accuracy - a.accuracy || a.crossEntropy - b.crossEntropy)[0];
}

/** The others whose interval has a value in common with that of `one`. */
export function overlapping(
  one: CrossValidatedHead,
  heads: readonly CrossValidatedHead[],
): CrossValidatedHead[] {
  return heads.filter(
    (other) =>
      other !== one && other.interval.high >= one.interval.low && other.interval.low <= one.interval.high,
  );
}
