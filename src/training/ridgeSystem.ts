import { centre, type Centred, type RidgeProblem } from './centre';
import { inverseDiagonal, invertCholesky, solveWith } from './cholesky';
import { addSquare, lowerTimes, strip, transposed, zeros, type Matrix64, type Product64 } from './matrix64';

/** What one penalty gives. All in float64. */
export interface RidgeSolution {
  readonly penalty: number;
  /** The scores [n, C] that every image gets from a fit to all the others. */
  readonly leaveOneOut: Float64Array;
  /** Mean over the images of the squared distance of `leaveOneOut` from the targets. */
  readonly error: number;
  /** On the scaled values: weights [D, C] and bias [C]. */
  head(): Promise<{ weights: Float64Array; bias: Float64Array }>;
}

/** The problem, prepared once for all penalties. */
export interface RidgeSystem {
  solve(penalty: number): Promise<RidgeSolution>;
}

/** Images whose values are held in float64 at once where weights are solved for. */
const chunk = 2048;

/**
 * Least squares to targets y [n, C], +1 for the class of an image and -1 for the others:
 *
 *     minimise  sum over the images of w_i ||x_i V / sqrt(D) + b - y_i||^2  +  penalty ||V||^2,
 *
 * the bias not penalised. With values and targets centred by their weighted means and multiplied by sqrt(w) (B [n, D]
 * and Y [n, C]), V = (B^T B + penalty I)^-1 B^T Y, or B^T (B B^T + penalty I)^-1 Y: whichever costs less.
 *
 * Leave-one-out is exact (Hastie, Tibshirani, Friedman, "The elements of statistical learning", eq. 7.64; Allen's
 * PRESS, 1974): the residual of an image from a fit to the others is its residual from the fit to all, divided by
 * 1 - h_i, where h is the diagonal of the hat matrix B (B^T B + penalty I)^-1 B^T plus w_i / sum(w) for the bias.
 * Penalty and image weights are the same in all those fits, and the scaling of the values does not hang on them.
 * @throws RangeError where shapes disagree, or with fewer than two images
 */
export async function ridgeSystem(problem: RidgeProblem, product: Product64): Promise<RidgeSystem> {
  const centred = centre(problem);
  const { dual, primal } = costs(centred.n, centred.dimension);
  return dual < primal ? dualSystem(centred, product) : primalSystem(centred, product);
}

/**
 * How many multiplications `ridgeSystem` and one `solve` take for `n` images with D values, within a few in a hundred: the
 * square, the factor with its inverse, and what is wasted on the diagonal of each in strips.
 */
export function ridgeWork(n: number, dimension: number): number {
  const { dual, primal } = costs(n, dimension);
  const [side, products] = dual < primal ? [n, (n ** 2 * dimension) / 2] : [dimension, n * dimension ** 2];
  return products * (1 + strip / side) + (side ** 3 / 3) * (1 + (2.5 * strip) / side);
}

/** Multiplications of the square and of three penalties. */
function costs(n: number, dimension: number): { dual: number; primal: number } {
  return {
    dual: (n ** 2 * dimension) / 2 + n ** 3,
    primal: 2 * n * dimension ** 2 + dimension ** 3,
  };
}

/**
 * With K = B B^T [n, n]: the residuals are penalty (K + penalty I)^-1 Y, and the diagonal of penalty (K + penalty I)^-1
 * less w_i / sum(w) is 1 - h. Both of its terms may be much larger than their difference: for r = sqrt(w_i / sum(w)) is
 * orthogonal to all columns of B and Y, and K r = 0. So K + lift r r^T takes its place, which changes the inverse in
 * the direction of r alone, where it is 1 / (lift + penalty).
 */
async function dualSystem(centred: Centred, product: Product64): Promise<RidgeSystem> {
  const { n, shares, weighted } = centred;
  const gram = zeros(n, n);
  await addSquare(gram, 0, 1, centred.rows(0, n), product);
  let lift = 0;
  for (let i = 0; i < n; i++) lift += gram.data[i * n + i] as number;
  const direction = shares.map(Math.sqrt);
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++)
      gram.data[i * n + j] =
        (gram.data[i * n + j] as number) + lift * (direction[i] as number) * (direction[j] as number);
  return {
    solve: async (penalty) => {
      const inverse = await invertShifted(gram, penalty, product);
      const solved = await solveWith(inverse, weighted, product);
      const residuals = solved.data.map((value) => penalty * value);
      const slack = inverseDiagonal(inverse).map(
        (value, i) => penalty * (value - (shares[i] as number) / (lift + penalty)),
      );
      return {
        penalty,
        ...leftOut(centred, residuals, slack),
        // The rows are made again rather than held beside the factor.
        head: async () => centred.head(await product(centred.rows(0, n), solved, { transposeA: true })),
      };
    },
  };
}

/** With G = B^T B [D, D], B in chunks, so that any number of images fits. */
async function primalSystem(centred: Centred, product: Product64): Promise<RidgeSystem> {
  const { n, dimension, classes, shares, weighted } = centred;
  const chunks = Array.from({ length: Math.ceil(n / chunk) }, (_, i) => ({
    from: i * chunk,
    to: Math.min(n, (i + 1) * chunk),
  }));
  const right = zeros(dimension, classes);
  const gram = zeros(dimension, dimension);
  for (const { from, to } of chunks) {
    // A product with a transposed first factor is slower.
    const across = transposed(centred.rows(from, to));
    await addSquare(gram, 0, 1, across, product);
    const targets = weighted.data.subarray(from * classes, to * classes);
    const sums = await product(across, { rows: to - from, columns: classes, data: targets });
    for (let i = 0; i < right.data.length; i++)
      right.data[i] = (right.data[i] as number) + (sums.data[i] as number);
  }
  return {
    solve: async (penalty) => {
      const inverse = await invertShifted(gram, penalty, product);
      const weights = await solveWith(inverse, right, product);
      const residuals = weighted.data.slice();
      const slack = new Float64Array(n);
      for (const { from, to } of chunks) {
        const rows = centred.rows(from, to);
        const fitted = await product(rows, weights);
        for (let i = 0; i < fitted.data.length; i++)
          residuals[from * classes + i] =
            (residuals[from * classes + i] as number) - (fitted.data[i] as number);
        // The hat matrix is B M^T times its own transpose.
        const half = await lowerTimes(inverse, transposed(rows), product);
        columnSquares(half).forEach((hat, i) => (slack[from + i] = 1 - hat - (shares[from + i] as number)));
      }
      return {
        penalty,
        ...leftOut(centred, residuals, slack),
        head: () => Promise.resolve(centred.head(weights)),
      };
    },
  };
}

/** The answers that leave each image out, from weighted residuals [n, C] and `slack` = 1 - h [n]. */
function leftOut(
  { n, classes, targets, roots, shares }: Centred,
  residuals: Float64Array,
  slack: Float64Array,
): Pick<RidgeSolution, 'leaveOneOut' | 'error'> {
  const leaveOneOut = new Float64Array(targets.length);
  let error = 0;
  for (let row = 0; row < n; row++)
    for (let i = row * classes; i < (row + 1) * classes; i++) {
      const residual = (residuals[i] as number) / ((roots[row] as number) * (slack[row] as number));
      leaveOneOut[i] = (targets[i] as number) - residual;
      error += (shares[row] as number) * residual ** 2;
    }
  return { leaveOneOut, error };
}

/** The inverse Cholesky factor of `gram` + penalty I. */
async function invertShifted(gram: Matrix64, penalty: number, product: Product64): Promise<Matrix64> {
  const shifted = { ...gram, data: gram.data.slice() };
  for (let i = 0; i < shifted.data.length; i += gram.columns + 1)
    shifted.data[i] = (shifted.data[i] as number) + penalty;
  await invertCholesky(shifted, product);
  return shifted;
}

function columnSquares({ rows, columns, data }: Matrix64): Float64Array {
  const sums = new Float64Array(columns);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      sums[column] = (sums[column] as number) + (data[row * columns + column] as number) ** 2;
  return sums;
}
