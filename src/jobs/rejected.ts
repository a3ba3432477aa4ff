/** What a reject threshold would leave of measured answers. */
export interface Rejected {
  readonly threshold: number;
  /** Answers whose probability is no smaller, to images that are not unknown. */
  readonly answered: number;
  /** Of these. */
  readonly right: number;
}

/** Of these answers. */
export function rejectedAt(
  threshold: number,
  answers: readonly { readonly probability: number; readonly right: boolean; readonly unknown?: boolean }[],
): Rejected {
  const given = answers.filter(({ probability, unknown }) => !unknown && probability >= threshold);
  return { threshold, answered: given.length, right: given.filter(({ right }) => right).length };
}
