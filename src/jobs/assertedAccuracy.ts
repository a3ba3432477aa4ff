import { RetrainError } from '../base';

/** What was measured on testing images. */
export interface MeasuredAccuracy {
  readonly accuracy: number | null;
  /** [C][C] counts; rows: the truth. */
  readonly confusion: readonly (readonly number[])[];
}

/**
 * What there is to say where `accuracy` is below what was asserted, or was not measured: ACCURACY_BELOW,
 * ACCURACY_UNKNOWN. `run` is named in it.
 */
export function shortfall(
  { accuracy, confusion }: MeasuredAccuracy,
  asserted: number,
  run: string,
): RetrainError | null {
  if (accuracy === null) return new RetrainError('ACCURACY_UNKNOWN', { asserted });
  if (accuracy >= asserted) return null;
  const counts = countsOf(confusion);
  return new RetrainError('ACCURACY_BELOW', {
    accuracy: shareText(accuracy),
    right: counts.reduce((sum, { right }) => sum + right, 0),
    images: counts.reduce((sum, { images }) => sum + images, 0),
    asserted,
    run,
  });
}

/** How many images each class has, and how many of them were named rightly. */
export function countsOf(confusion: MeasuredAccuracy['confusion']): { right: number; images: number }[] {
  return confusion.map((row, truth) => ({
    right: row[truth] ?? 0,
    images: row.reduce((sum, n) => sum + n, 0),
  }));
}

/** At most four decimals. */
export function shareText(share: number): string {
  return String(Number(share.toFixed(4)));
}
