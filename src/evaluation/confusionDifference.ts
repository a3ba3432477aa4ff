/** A confusion matrix with the labels of its rows and columns. */
export interface LabelledConfusion {
  readonly labels: readonly string[];
  /** [C][C] counts; rows: the truth. */
  readonly confusion: readonly (readonly number[])[];
}

/** Two confusion matrices over the union of their labels. */
export interface ConfusionDifference {
  /** Those of the first, then what is new in the second. */
  readonly labels: readonly string[];
  /** Each [C][C] over `labels`. */
  readonly before: readonly (readonly number[])[];
  readonly after: readonly (readonly number[])[];
  /** after - before, count by count. */
  readonly difference: readonly (readonly number[])[];
}

/** Lays two confusion matrices over each other; labels that read the same (NFC) are one. */
export function confusionDifference(
  first: LabelledConfusion,
  second: LabelledConfusion,
): ConfusionDifference {
  const places = new Map<string, number>();
  const labels: string[] = [];
  for (const label of [...first.labels, ...second.labels]) {
    const key = label.normalize('NFC');
    if (places.has(key)) continue;
    places.set(key, labels.length);
    labels.push(label);
  }
  const aligned = (matrix: LabelledConfusion): number[][] => {
    const to = matrix.labels.map((label) => places.get(label.normalize('NFC')) ?? -1);
    const result = labels.map(() => new Array<number>(labels.length).fill(0));
    matrix.confusion.forEach((row, i) => {
      const target = result[to[i] ?? -1];
      // Added up: two labels of one matrix may be composed otherwise and read the same.
      row.forEach((count, j) => {
        const column = to[j] ?? -1;
        if (target) target[column] = (target[column] ?? 0) + count;
      });
    });
    return result;
  };
  const [before, after] = [aligned(first), aligned(second)];
  const difference = after.map((row, i) => row.map((count, j) => count - (before[i]?.[j] ?? 0)));
  return { labels, before, after, difference };
}
