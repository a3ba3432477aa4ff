import assert from 'node:assert/strict';
import fc from 'fast-check';
import { plainProduct, type Matrix, type Product } from '../../../src/training';
import { centredGram, centreRows } from '../../../src/training/gram';
import { thinProduct } from '../../../src/training/thinProduct';
import { clouds } from '../../support/softmaxProblem';

const value = fc.float({ min: -100, max: 100, noNaN: true });
const sizes = fc.tuple(fc.nat(9), fc.nat(9), fc.integer({ min: 1, max: 9 }));

function entry({ columns, data }: Matrix, row: number, column: number, transpose = false): number {
  return data[transpose ? column * columns + row : row * columns + column] ?? NaN;
}

function naive(a: Matrix, b: Matrix, transposeA: boolean, transposeB: boolean): number[] {
  const [rows, inner] = transposeA ? [a.columns, a.rows] : [a.rows, a.columns];
  const columns = transposeB ? b.rows : b.columns;
  return Array.from({ length: rows * columns }, (_, i) => {
    let sum = 0;
    for (let k = 0; k < inner; k++)
      sum += entry(a, Math.floor(i / columns), k, transposeA) * entry(b, k, i % columns, transposeB);
    return sum;
  });
}

function assertNear(actual: ArrayLike<number>, expected: readonly number[], tolerance: number): void {
  assert.equal(actual.length, expected.length);
  expected.forEach((wanted, i) => {
    assert.ok(Math.abs((actual[i] ?? NaN) - wanted) <= tolerance, `${actual[i]} is not ${wanted}`);
  });
}

describe('plainProduct', () => {
  it('is the sum of products, each matrix transposed or not', async () => {
    await fc.assert(
      fc.asyncProperty(
        sizes.chain(([rows, inner, columns]) =>
          fc.record({
            rows: fc.constant(rows),
            inner: fc.constant(inner),
            columns: fc.constant(columns),
            a: fc.float32Array({
              minLength: rows * inner,
              maxLength: rows * inner,
              min: -100,
              max: 100,
              noNaN: true,
            }),
            b: fc.float32Array({
              minLength: inner * columns,
              maxLength: inner * columns,
              min: -100,
              max: 100,
              noNaN: true,
            }),
          }),
        ),
        fc.boolean(),
        fc.boolean(),
        async ({ rows, inner, columns, a, b }, transposeA, transposeB) => {
          const left = transposeA
            ? { rows: inner, columns: rows, data: a }
            : { rows, columns: inner, data: a };
          const right = transposeB
            ? { rows: columns, columns: inner, data: b }
            : { rows: inner, columns, data: b };
          const result = await plainProduct(left, right, { transposeA, transposeB });
          assert.deepEqual([result.rows, result.columns], [rows, columns]);
          assertNear(result.data, naive(left, right, transposeA, transposeB), 0.02);
        },
      ),
    );
  });

  it('sums in float64', async () => {
    const a = { rows: 1, columns: 3, data: Float32Array.of(1e8, 1, -1e8) };
    const ones = { rows: 3, columns: 1, data: Float32Array.of(1, 1, 1) };
    assert.deepEqual([...(await plainProduct(a, ones)).data], [1]);
  });

  it('refuses matrices that do not fit', async () => {
    const a = { rows: 2, columns: 3, data: new Float32Array(6) };
    await assert.rejects(plainProduct(a, a), /2 x 3 matrix times a 2 x 3/);
  });
});

describe('thinProduct', () => {
  const columns = 3;

  it('is the sum of products, transposed or not', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(12), fc.nat(12), fc.boolean(), value, async (rows, inner, transpose, first) => {
        const { values } = clouds(rows, inner, 1, 2);
        const matrix = { rows, columns: inner, data: values };
        const thin = Float64Array.from(
          { length: (transpose ? rows : inner) * columns },
          (_, i) => Math.sin(i) + first,
        );
        const right = { rows: transpose ? rows : inner, columns, data: Float32Array.from(thin) };
        const result = await thinProduct(matrix, thin, columns, plainProduct, { transpose });
        assertNear(result, naive(matrix, right, transpose, false), 1e-2);
      }),
    );
  });

  it('hands large products to the given product, which takes float32', async () => {
    const [rows, inner] = [2100, 2700];
    const matrix = { rows, columns: inner, data: new Float32Array(rows * inner) };
    const thin = new Float64Array(inner * columns).fill(0.1);
    let handed: Parameters<Product> | undefined;
    const product: Product = async (...factors) => {
      handed = factors;
      return { rows, columns, data: new Float32Array(rows * columns).fill(0.5) };
    };
    const result = await thinProduct(matrix, thin, columns, product);
    assert.deepEqual(handed, [matrix, { rows: inner, columns, data: Float32Array.from(thin) }]);
    assert.deepEqual(result, new Float64Array(rows * columns).fill(0.5));
  });

  it('turns the thin factor, not the large one, for a large transposed product', async () => {
    const [rows, inner] = [2100, 2700];
    const { values } = clouds(rows, inner, 1, 3);
    const matrix = { rows, columns: inner, data: values };
    const thin = Float64Array.from({ length: rows * columns }, (_, i) => Math.sin(i));
    const result = await thinProduct(matrix, thin, columns, plainProduct, { transpose: true });
    for (const i of [0, 1, 2699]) {
      const exact = [0, 1, 2].map((column) => {
        let sum = 0;
        for (let row = 0; row < rows; row++)
          sum += (values[row * inner + i] ?? NaN) * (thin[row * columns + column] ?? NaN);
        return sum;
      });
      assertNear(result.subarray(i * columns, (i + 1) * columns), exact, 1e-3);
    }
  });
});

describe('centredGram', () => {
  /** Products of the rows of a and b, less the mean of b's rows, divided by D: from the formula alone. */
  function naiveCentred(a: Matrix, b: Matrix): number[] {
    const mean = Array.from({ length: b.columns }, (_, i) => {
      let sum = 0;
      for (let row = 0; row < b.rows; row++) sum += entry(b, row, i);
      return sum / b.rows;
    });
    const less = ({ rows, columns, data }: Matrix): Matrix => ({
      rows,
      columns,
      data: data.map((x, i) => x - (mean[i % columns] ?? NaN)),
    });
    return naive(less(a), less(b), false, true).map((sum) => sum / b.columns);
  }

  for (const n of [1, 7, 256, 300, 530])
    it(`holds the products of ${n} images less their mean, and of others with them`, async () => {
      const images = { rows: n, columns: 5, data: clouds(n, 5, 2, n).values };
      const others = { rows: 4, columns: 5, data: clouds(4, 5, 2, 99).values };
      const { gram, centre } = await centredGram(images, plainProduct);
      assertNear(gram.data, naiveCentred(images, images), 1e-4);
      const cross = centreRows(await plainProduct(others, images, { transposeB: true }), centre);
      assertNear(cross.data, naiveCentred(others, images), 1e-4);
    });
});
