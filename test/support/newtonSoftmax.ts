import type { TrainingSet } from '../../src/training';

/**
 * The reference solution of a small regularised softmax regression: Newton's method with the exact Hessian
 * and Gaussian elimination, until the gradient is below 1e-11. Parameters: weights [D, C] on values divided by
 * sqrt(D), then the bias [C]; the common shift of all biases, which changes nothing, is held at zero sum.
 */
export function newtonSoftmax(
  { values, labels }: TrainingSet,
  dimension: number,
  classes: number,
  l2: number,
): number[] {
  const n = labels.length;
  const size = (dimension + 1) * classes;
  const features = Array.from({ length: n }, (_, row) => [
    ...Array.from(values.subarray(row * dimension, (row + 1) * dimension), (v) => v / Math.sqrt(dimension)),
    1,
  ]);
  const parameters = new Array<number>(size).fill(0);
  const at = (list: readonly number[], i: number): number => list[i] ?? NaN;
  for (let iteration = 0; iteration < 100; iteration++) {
    const gradient = parameters.map((p, i) => (i < dimension * classes ? l2 * p : 0));
    const hessian = parameters.map((_, i) =>
      parameters.map((__, j) => {
        if (i === j && i < dimension * classes) return l2;
        return i >= dimension * classes && j >= dimension * classes ? 1 : 0;
      }),
    );
    features.forEach((x, row) => {
      const logits = Array.from({ length: classes }, (_, c) =>
        x.reduce((sum, v, i) => sum + v * at(parameters, i * classes + c), 0),
      );
      const total = logits.reduce((sum, z) => sum + Math.exp(z), 0);
      const p = logits.map((z) => Math.exp(z) / total);
      for (let i = 0; i < size; i++) {
        const [xi, ci] = [at(x, Math.floor(i / classes)), i % classes];
        gradient[i] = at(gradient, i) + (xi * (at(p, ci) - (labels[row] === ci ? 1 : 0))) / n;
        const line = hessian[i] ?? [];
        for (let j = 0; j < size; j++) {
          const [xj, cj] = [at(x, Math.floor(j / classes)), j % classes];
          line[j] = at(line, j) + (xi * xj * at(p, ci) * ((ci === cj ? 1 : 0) - at(p, cj))) / n;
        }
      }
    });
    if (Math.hypot(...gradient) < 1e-11) return parameters;
    solve(hessian, gradient).forEach((step, i) => {
      parameters[i] = at(parameters, i) - step;
    });
  }
  throw new Error('Newton did not converge');
}

/** x of a x = b, by elimination with the largest pivot. */
function solve(a: readonly (readonly number[])[], b: readonly number[]): number[] {
  const rows = a.map((line, i) => [...line, b[i] ?? NaN]);
  const at = (row: number, column: number): number => rows[row]?.[column] ?? NaN;
  rows.forEach((_, pivot) => {
    let best = pivot;
    for (let row = pivot; row < rows.length; row++)
      if (Math.abs(at(row, pivot)) > Math.abs(at(best, pivot))) best = row;
    [rows[pivot], rows[best]] = [rows[best] ?? [], rows[pivot] ?? []];
    for (let row = 0; row < rows.length; row++) {
      if (row === pivot) continue;
      const factor = at(row, pivot) / at(pivot, pivot);
      rows[row] = (rows[row] ?? []).map((value, column) => value - factor * at(pivot, column));
    }
  });
  return rows.map((_, i) => at(i, rows.length) / at(i, i));
}
