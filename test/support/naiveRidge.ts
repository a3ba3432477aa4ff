import type { RidgeProblem } from '../../src/training';

/**
 * The ridge fit from its definition: the normal equations of [x / sqrt(D), 1] by Gaussian elimination, the last
 * coefficient without penalty. Returns the scores [C] it gives to `values` [D].
 */
export function naiveRidge(
  { training, dimension, classes, imageWeights }: RidgeProblem,
  penalty: number,
): (values: ArrayLike<number>) => number[] {
  const rowOf = (values: ArrayLike<number>): number[] => [
    ...Array.from(values, (value) => value / Math.sqrt(dimension)),
    1,
  ];
  const size = dimension + 1;
  const equations = Array.from({ length: size }, (_, i) =>
    Array.from({ length: size + classes }, (_, j) => (i === j && i < dimension ? penalty : 0)),
  );
  training.labels.forEach((label, image) => {
    const row = rowOf(training.values.subarray(image * dimension, (image + 1) * dimension));
    const sides = [...row, ...Array.from({ length: classes }, (_, c) => (c === label ? 1 : -1))];
    equations.forEach((equation, i) => {
      for (let j = 0; j < equation.length; j++)
        equation[j] =
          (equation[j] ?? NaN) + (imageWeights?.[image] ?? 1) * (row[i] ?? NaN) * (sides[j] ?? NaN);
    });
  });
  eliminate(equations);
  return (values) => {
    const row = rowOf(values);
    return Array.from({ length: classes }, (_, c) =>
      row.reduce((sum, value, i) => sum + value * (equations[i]?.[size + c] ?? NaN), 0),
    );
  };
}

/** Gauss and Jordan with pivoting: what stands right of the square is the solution afterwards. */
function eliminate(equations: number[][]): void {
  for (let column = 0; column < equations.length; column++) {
    const [pivot] = [...equations.entries()]
      .slice(column)
      .sort(([, a], [, b]) => Math.abs(b[column] ?? 0) - Math.abs(a[column] ?? 0));
    if (pivot === undefined) return;
    const [at, row] = pivot;
    equations[at] = equations[column] ?? [];
    const lead = row[column] ?? NaN;
    const scaled = row.map((value) => value / lead);
    equations[column] = scaled;
    equations.forEach((other, i) => {
      const factor = other[column] ?? 0;
      if (i !== column && factor !== 0)
        equations[i] = other.map((value, j) => value - factor * (scaled[j] ?? NaN));
    });
  }
}
