import { wilson, type Interval } from './interval';

/** How well one class is recognised. Null where a measure would divide by zero. */
export interface ClassMetrics {
  readonly label: string;
  /** Images that truly are of this class. */
  readonly images: number;
  readonly precision: number | null;
  readonly recall: number | null;
  readonly f1: number | null;
}

export interface Accuracy {
  /** Answers in all. */
  readonly n: number;
  readonly accuracy: number | null;
  readonly interval: Interval | null;
}

/**
 * Counts of images by true class (rows) and predicted class (columns), [classes][classes].
 * @throws RangeError where the lengths differ or a class is out of range
 */
export function confusionMatrix(truth: Int32Array, predicted: Int32Array, classes: number): number[][] {
  if (truth.length !== predicted.length)
    throw new RangeError(`${truth.length} true classes, ${predicted.length} predicted ones`);
  const counts = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  truth.forEach((actual, i) => {
    const row = counts[actual];
    const column = predicted[i] ?? -1;
    const count = row?.[column];
    if (row === undefined || count === undefined)
      throw new RangeError(`Class ${actual} taken for ${column}, of ${classes} classes`);
    row[column] = count + 1;
  });
  return counts;
}

/** The share of right answers with its 95 % interval, both null where there is no answer. */
export function accuracyOf(confusion: readonly (readonly number[])[]): Accuracy {
  const n = sum(confusion.map(sum));
  const right = sum(confusion.map((row, i) => row[i] ?? 0));
  return n === 0
    ? { n, accuracy: null, interval: null }
    : { n, accuracy: right / n, interval: wilson(right, n) };
}

/** Precision, recall and F1 (2 right / (images + answers)) of every class; `labels` in the order of the matrix. */
export function classMetrics(
  confusion: readonly (readonly number[])[],
  labels: readonly string[],
): ClassMetrics[] {
  return labels.map((label, i) => {
    const right = confusion[i]?.[i] ?? 0;
    const images = sum(confusion[i] ?? []);
    const answered = sum(confusion.map((row) => row[i] ?? 0));
    return {
      label,
      images,
      precision: ratio(right, answered),
      recall: ratio(right, images),
      f1: ratio(2 * right, images + answered),
    };
  });
}

function ratio(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
