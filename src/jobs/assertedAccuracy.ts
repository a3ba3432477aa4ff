import path from 'node:path';
import { RetrainError } from '../base';

/** What was measured on testing images. */
export interface MeasuredAccuracy {
  readonly labels: readonly string[];
  readonly accuracy: number | null;
  /** [C][C] counts; rows: the truth. */
  readonly confusion: readonly (readonly number[])[];
}

/** What a person demands of the testing images, 0 to 1; null: nothing. */
export interface Asserted {
  readonly accuracy: number | null;
  /** Of each class. One without an image is not asked; where none has any, nothing is what was asserted. */
  readonly recall: number | null;
}

/**
 * What there is to say where a measure is below what was asserted, or was not taken: ACCURACY_BELOW, RECALL_BELOW,
 * ACCURACY_UNKNOWN, RECALL_UNKNOWN. `run` is named in it, with the path of its run.json.
 */
export function shortfalls(
  measured: MeasuredAccuracy,
  asserted: Asserted,
  { name: run, folder }: { readonly name: string; readonly folder: string },
): RetrainError[] {
  const counts = countsOf(measured.confusion);
  const found = [
    asserted.accuracy === null ? null : accuracyShortfall(measured.accuracy, counts, asserted.accuracy, run),
    asserted.recall === null ? null : recallShortfall(measured.labels, counts, asserted.recall, run),
  ];
  const file = { path: path.join(folder, 'run.json') };
  return found.flatMap((error) =>
    error ? [new RetrainError(error.code, { ...error.params, ...file })] : [],
  );
}

function accuracyShortfall(
  accuracy: number | null,
  counts: readonly ClassCounts[],
  asserted: number,
  run: string,
): RetrainError | null {
  if (accuracy === null) return new RetrainError('ACCURACY_UNKNOWN', { asserted });
  if (accuracy >= asserted) return null;
  const right = counts.reduce((sum, count) => sum + count.right, 0);
  return new RetrainError('ACCURACY_BELOW', {
    accuracy: shareText(accuracy),
    right,
    images: imagesOf(counts),
    asserted,
    run,
  });
}

function recallShortfall(
  labels: readonly string[],
  counts: readonly ClassCounts[],
  asserted: number,
  run: string,
): RetrainError | null {
  if (imagesOf(counts) === 0) return new RetrainError('RECALL_UNKNOWN', { asserted });
  const below = counts.flatMap(({ right, images }, i) =>
    images > 0 && right / images < asserted ? [`${labels[i] ?? ''} ${right} of ${images}`] : [],
  );
  return below.length === 0
    ? null
    : new RetrainError('RECALL_BELOW', { classes: below.join(', '), asserted, run });
}

interface ClassCounts {
  readonly right: number;
  readonly images: number;
}

/** How many images each class has, and how many of them were named rightly. */
export function countsOf(confusion: MeasuredAccuracy['confusion']): ClassCounts[] {
  return confusion.map((row, truth) => ({
    right: row[truth] ?? 0,
    images: row.reduce((sum, n) => sum + n, 0),
  }));
}

export function imagesOf(counts: readonly ClassCounts[]): number {
  return counts.reduce((sum, { images }) => sum + images, 0);
}

/** At most four decimals. */
export function shareText(share: number): string {
  return String(Number(share.toFixed(4)));
}
