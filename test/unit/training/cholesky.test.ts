import assert from 'node:assert/strict';
import fc from 'fast-check';
import { seededRandom } from '../../../src/base';
import { plainProduct64 } from '../../../src/runtimes';
import { inverseDiagonal, invertCholesky, solveWith } from '../../../src/training/cholesky';
import { abortable, type Matrix64 } from '../../../src/training/matrix64';

/** B B^T / n + I of a random B: its least eigenvalue is 1 or more. */
async function positiveDefinite(n: number, seed: number): Promise<Matrix64> {
  const random = seededRandom(seed);
  const b = { rows: n, columns: n, data: Float64Array.from({ length: n * n }, () => random() - 0.5) };
  const square = await plainProduct64(b, b, { transposeB: true });
  for (let i = 0; i < n; i++) square.data[i * n + i] = (square.data[i * n + i] ?? NaN) + 1;
  return square;
}

async function inverted(matrix: Matrix64, lowerOnly = false): Promise<Matrix64> {
  const copy = { ...matrix, data: matrix.data.slice() };
  const n = matrix.rows;
  if (lowerOnly) for (let i = 0; i < n; i++) copy.data.fill(NaN, i * n + i + 1, (i + 1) * n);
  await invertCholesky(copy, plainProduct64);
  return copy;
}

/** The largest difference from the unit matrix. */
function awayFromUnit({ rows, data }: Matrix64): number {
  return data.reduce(
    (worst, value, i) => Math.max(worst, Math.abs(value - (i % (rows + 1) === 0 ? 1 : 0))),
    0,
  );
}

describe('invertCholesky', () => {
  it('gives M with M A M^T = I, lower triangular, from the lower triangle alone', async () => {
    const sizes = fc.oneof(
      { weight: 6, arbitrary: fc.integer({ min: 1, max: 70 }) },
      { weight: 2, arbitrary: fc.integer({ min: 120, max: 270 }) },
    );
    await fc.assert(
      fc.asyncProperty(sizes, fc.nat(), async (n, seed) => {
        const matrix = await positiveDefinite(n, seed);
        const inverse = await inverted(matrix, true);
        for (let i = 0; i < n; i++)
          assert.ok(inverse.data.subarray(i * n + i + 1, (i + 1) * n).every((value) => value === 0));
        const half = await plainProduct64(inverse, matrix);
        const unit = await plainProduct64(half, inverse, { transposeB: true });
        assert.ok(awayFromUnit(unit) < 1e-11, String(awayFromUnit(unit)));
      }),
      { numRuns: 30 },
    );
  });

  it('works in strips of more than one product', async () => {
    const n = 1100;
    const matrix = await positiveDefinite(n, 1);
    const inverse = await inverted(matrix, true);
    const unit = await plainProduct64(await plainProduct64(inverse, matrix), inverse, { transposeB: true });
    assert.ok(awayFromUnit(unit) < 1e-10, String(awayFromUnit(unit)));
  }).timeout(60_000);

  it('solves equations, and knows the diagonal of the inverse', async () => {
    const n = 90;
    const matrix = await positiveDefinite(n, 2);
    const inverse = await inverted(matrix);
    const unit = { rows: n, columns: n, data: new Float64Array(n * n) };
    for (let i = 0; i < n; i++) unit.data[i * n + i] = 1;
    const solved = await solveWith(inverse, unit, plainProduct64);
    assert.ok(awayFromUnit(await plainProduct64(matrix, solved)) < 1e-11);
    inverseDiagonal(inverse).forEach((value, i) => {
      assert.ok(Math.abs(value - (solved.data[i * n + i] ?? NaN)) < 1e-12);
    });
  });

  it('refuses what is not positive definite, square, or a number', async () => {
    const matrix = (...data: number[]): Matrix64 => ({
      rows: 2,
      columns: data.length / 2,
      data: Float64Array.from(data),
    });
    await assert.rejects(inverted(matrix(1, 2, 2, 1)), /not positive definite/);
    await assert.rejects(inverted(matrix(1, NaN, NaN, 1)), /not positive definite/);
    await assert.rejects(inverted(matrix(0, 0, 0, 0)), /not positive definite/);
    await assert.rejects(inverted(matrix(1, 2, 2, 1, 3, 4)), /not square/);
  });

  it('ends between two products once aborted', async () => {
    const controller = new AbortController();
    let products = 0;
    const product = abortable((...factors) => {
      if (++products === 3) controller.abort();
      return plainProduct64(...factors);
    }, controller.signal);
    await assert.rejects(invertCholesky(await positiveDefinite(300, 3), product), { name: 'AbortError' });
    assert.equal(products, 3);
  });
});
