import type { EvaluationView } from '../../protocol';

/** Images of the class `truth` that were taken for `predicted` (indices into the labels). */
export interface Confusion {
  readonly truth: number;
  readonly predicted: number;
  readonly images: number;
}

/** Every confusion that happened, the most frequent first. */
export function confusions(confusion: EvaluationView['confusion']): Confusion[] {
  const found: Confusion[] = [];
  confusion.forEach((row, truth) =>
    row.forEach((images, predicted) => {
      if (truth !== predicted && images > 0) found.push({ truth, predicted, images });
    }),
  );
  return found.sort((a, b) => b.images - a.images || a.truth - b.truth || a.predicted - b.predicted);
}

export function sum(row: readonly number[]): number {
  return row.reduce((total, images) => total + images, 0);
}

/** Correct answers: the diagonal. */
export function hits(confusion: EvaluationView['confusion']): number {
  return sum(confusion.map((row, truth) => row[truth] ?? 0));
}

/** The class that most images belong to, as an index, and its share; what always answering it would reach. */
export function commonest(confusion: EvaluationView['confusion']): { truth: number; share: number } {
  const totals = confusion.map(sum);
  const most = Math.max(0, ...totals);
  return { truth: totals.indexOf(most), share: most / Math.max(1, sum(totals)) };
}

/** At most `limit` classes to draw, by the errors they take part in, in their own order. */
export function classesToDraw(confusion: EvaluationView['confusion'], limit: number): number[] {
  const all = confusion.map((_, index) => index);
  if (all.length <= limit) return all;
  const errors = all.map(() => 0);
  for (const { truth, predicted, images } of confusions(confusion)) {
    errors[truth] = (errors[truth] ?? 0) + images;
    errors[predicted] = (errors[predicted] ?? 0) + images;
  }
  return all
    .sort((a, b) => (errors[b] ?? 0) - (errors[a] ?? 0) || a - b)
    .slice(0, limit)
    .sort((a, b) => a - b);
}
