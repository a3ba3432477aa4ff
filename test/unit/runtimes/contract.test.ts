import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { defaultBackbones, loadBackbone, type EmbeddedBackbone } from '../../../src/backbones';
import {
  openRuntime,
  runtimeAvailability,
  runtimeIds,
  type Matrix,
  type Matrix64,
  type ProductOptions,
  type Runtime,
  type RuntimeId,
} from '../../../src/runtimes';
import {
  GraphBuilder,
  backboneFiles,
  loadFiles,
  withAssets,
  writeBackbone,
} from '../../support/backboneFiles';
import { goldenPixels } from '../../support/goldenPictures';
import { relativeDistance, runNaivelyOnPixels } from '../../support/naiveNetwork';
import type { RuntimeWorkerData } from '../../support/runtimeWorker';
import { randomPixels, randomValues, tinyGraph } from '../../support/tinyGraph';
import { skip } from '../../support/skip';

interface Golden {
  readonly stride: number;
  readonly images: readonly {
    readonly name: string;
    readonly asset: {
      readonly norm: number;
      readonly first: readonly number[];
      readonly strided: readonly number[];
    };
  }[];
}

const pictureSize = 260 * 260 * 3;
const golden = JSON.parse(
  readFileSync(path.resolve('test/data/efficientnet-lite2-golden.json'), 'utf8'),
) as Golden;

function plainProduct(a: Matrix, b: Matrix, { transposeA, transposeB }: ProductOptions): Matrix {
  const at = (
    { data, columns }: Matrix,
    transposed: boolean | undefined,
    row: number,
    column: number,
  ): number => data[transposed ? column * columns + row : row * columns + column] ?? NaN;
  const [rows, inner] = transposeA ? [a.columns, a.rows] : [a.rows, a.columns];
  const columns = transposeB ? b.rows : b.columns;
  const data = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      let sum = 0;
      for (let k = 0; k < inner; k++) sum += at(a, transposeA, row, k) * at(b, transposeB, k, column);
      data[row * columns + column] = sum;
    }
  return { rows, columns, data };
}

/** The sum of products in the order of the terms, and its bound on rounding. */
function plainProduct64(a: Matrix64, b: Matrix64, { transposeA, transposeB }: ProductOptions): Matrix64 {
  const [rows, inner] = transposeA ? [a.columns, a.rows] : [a.rows, a.columns];
  const columns = transposeB ? b.rows : b.columns;
  const data = Float64Array.from({ length: rows * columns }, (_, i) => {
    const [row, column] = [Math.floor(i / columns), i % columns];
    let sum = 0;
    for (let k = 0; k < inner; k++) {
      const left = a.data[transposeA ? k * a.columns + row : row * a.columns + k] ?? NaN;
      sum += left * (b.data[transposeB ? column * b.columns + k : k * b.columns + column] ?? NaN);
    }
    return sum;
  });
  return { rows, columns, data };
}

function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}

/** Skips with the reason where `id` cannot be loaded; with CI=true that is a failure. */
async function needRuntime(context: Mocha.Context, id: RuntimeId): Promise<void> {
  const reason = (await runtimeAvailability()).find((runtime) => runtime.id === id)?.reason;
  if (reason === undefined) return;
  if (process.env['CI'] === 'true') throw new Error(`the runtime ${id} cannot be loaded: ${reason}`);
  console.log(`    skipped: the runtime ${id} cannot be loaded: ${reason}`);
  context.skip();
}

/** Golden bottleneck values by runtime, to compare the runtimes with each other. */
const answers = new Map<RuntimeId, Float32Array>();

for (const id of runtimeIds)
  describe(`the runtime ${id}`, function () {
    this.timeout(60_000);
    let backbone: EmbeddedBackbone;
    let tiny: EmbeddedBackbone;
    let runtime: Runtime;

    before(async function () {
      await needRuntime(this, id);
      backbone = await loadBackbone(path.resolve('media'), defaultBackbones.float, { decoderVersion: 1 });
      tiny = await loadFiles(tinyGraph());
      runtime = await openRuntime(id, backbone);
    });
    after(async () => {
      await (runtime as Runtime | undefined)?.dispose();
    });

    /** A runtime of its own on the tiny network; one thread is enough for it. */
    async function withTiny(use: (opened: Runtime) => Promise<void>): Promise<void> {
      const opened = await openRuntime(id, tiny, { threads: 1 });
      try {
        await use(opened);
      } finally {
        await opened.dispose();
      }
    }

    it('says who it is', () => {
      assert.equal(runtime.id, id);
      assert.match(runtime.version, /^\d+\.\d+\.\d+/);
    });

    it('gives the values that PyTorch gave for the same weights', async () => {
      const values = await runtime.run(goldenPixels(), golden.images.length);
      assert.equal(values.length, golden.images.length * backbone.dimension);
      answers.set(id, values);
      golden.images.forEach(({ name, asset }, image) => {
        const own = values.subarray(image * backbone.dimension, (image + 1) * backbone.dimension);
        const strided = asset.strided.map((_, i) => own[i * golden.stride] ?? NaN);
        const shown = [...own.subarray(0, asset.first.length), ...strided];
        const distance = relativeDistance(shown, [...asset.first, ...asset.strided]);
        assert(distance < 1e-4, `${name}: ${distance}`);
        assert(Math.abs(Math.hypot(...own) / asset.norm - 1) < 1e-4, name);
      });
    });

    it('gives one picture the same values alone and among others', async () => {
      const input = goldenPixels();
      const together = await runtime.run(input, 3);
      for (let image = 0; image < 3; image++) {
        const alone = await runtime.run(input.slice(image * pictureSize, (image + 1) * pictureSize), 1);
        const among = together.subarray(image * backbone.dimension, (image + 1) * backbone.dimension);
        const distance = relativeDistance(alone, among);
        assert(distance < 1e-5, String(distance));
      }
    });

    it('repeats itself bit for bit, and leaves its input as it is', async () => {
      const input = goldenPixels().subarray(0, pictureSize);
      const before = input.slice();
      const first = await runtime.run(input, 1);
      assert.deepEqual(await runtime.run(input, 1), first);
      assert.deepEqual(input, before);
    });

    it('computes every operation of the tiny network as plain loops do', async () => {
      await withTiny(async (opened) => {
        const values = randomPixels(5 * 11 * 9 * 3, 1);
        const distance = relativeDistance(await opened.run(values, 5), runNaivelyOnPixels(tiny, values, 5));
        assert(distance < 1e-5, String(distance));
      });
    });

    it('refuses an input of the wrong length', async () => {
      await assert.rejects(runtime.run(new Uint8Array(pictureSize - 1), 1), RangeError);
      await assert.rejects(runtime.run(new Uint8Array(pictureSize), 2), RangeError);
      await assert.rejects(runtime.run(new Uint8Array(0), 0), RangeError);
      await assert.rejects(runtime.run(new Uint8Array(pictureSize / 2), 0.5), RangeError);
    });

    it('multiplies as plain loops do, transposed or not, square or not', async () => {
      const side = fc.integer({ min: 1, max: 12 });
      await fc.assert(
        fc.asyncProperty(
          side,
          side,
          side,
          fc.boolean(),
          fc.boolean(),
          fc.nat(),
          async (rows, inner, columns, transposeA, transposeB, seed) => {
            const matrix = (height: number, width: number, transposed: boolean, more: number): Matrix => ({
              rows: transposed ? width : height,
              columns: transposed ? height : width,
              data: randomValues(height * width, seed + more),
            });
            const a = matrix(rows, inner, transposeA, 0);
            const b = matrix(inner, columns, transposeB, 1);
            const options = { transposeA, transposeB };
            const product = await runtime.multiply(a, b, options);
            const expected = plainProduct(a, b, options);
            assert.deepEqual([product.rows, product.columns], [rows, columns]);
            assert(relativeDistance(product.data, expected.data) < 1e-5);
          },
        ),
        { numRuns: 60 },
      );
    });

    it('multiplies large matrices, parts of a larger buffer, and empty ones', async () => {
      const buffer = randomValues(10 + 300 * 500, 3);
      const a = { rows: 300, columns: 500, data: buffer.subarray(10) };
      const b = { rows: 7, columns: 500, data: randomValues(7 * 500, 4) };
      const product = await runtime.multiply(a, b, { transposeB: true });
      assert(relativeDistance(product.data, plainProduct(a, b, { transposeB: true }).data) < 1e-5);
      const none = { rows: 3, columns: 0, data: new Float32Array(0) };
      const zero = await runtime.multiply(none, none, { transposeB: true });
      assert.deepEqual(zero, { rows: 3, columns: 3, data: new Float32Array(9) });
    });

    it('multiplies in float64 as plain loops do, transposed or not, small or large, and says who does', async () => {
      assert.equal(runtime.doubles, id === 'onnx' ? 'native' : 'plain');
      const side = fc.integer({ min: 0, max: 12 });
      const sizes = fc.oneof(
        { weight: 40, arbitrary: fc.tuple(side, side, side) },
        { weight: 1, arbitrary: fc.constant([70, 600, 45] as const) },
      );
      await fc.assert(
        fc.asyncProperty(
          sizes,
          fc.boolean(),
          fc.boolean(),
          fc.nat(),
          async ([rows, inner, columns], transposeA, transposeB, seed) => {
            const matrix = (height: number, width: number, transposed: boolean, more: number): Matrix64 => ({
              rows: transposed ? width : height,
              columns: transposed ? height : width,
              data: Float64Array.from(randomValues(height * width, seed + more), (value) => value / 3),
            });
            const a = matrix(rows, inner, transposeA, 0);
            const b = matrix(inner, columns, transposeB, 1);
            const options = { transposeA, transposeB };
            const product = await runtime.multiply64(a, b, options);
            const expected = plainProduct64(a, b, options);
            assert.deepEqual([product.rows, product.columns], [rows, columns]);
            assert(product.data instanceof Float64Array && product.data.length === rows * columns);
            const distance = relativeDistance(product.data, expected.data);
            assert(rows * inner * columns === 0 || distance < 1e-13, String(distance));
          },
        ),
        { numRuns: 80 },
      );
    });

    it('keeps in float64 what float32 would lose, and refuses matrices that do not fit', async () => {
      const row = { rows: 1, columns: 2, data: Float64Array.of(1, 2 ** -50) };
      const ones = { rows: 2, columns: 1, data: Float64Array.of(1, 1) };
      assert.deepEqual([...(await runtime.multiply64(row, ones)).data], [1 + 2 ** -50]);
      await assert.rejects(runtime.multiply64(row, row), RangeError);
      await assert.rejects(runtime.multiply64({ ...row, rows: 2 }, ones), RangeError);
    });

    it('refuses matrices that do not fit', async () => {
      const matrix = (rows: number, columns: number): Matrix => ({
        rows,
        columns,
        data: new Float32Array(6),
      });
      await assert.rejects(runtime.multiply(matrix(2, 3), matrix(2, 3)), RangeError);
      await assert.rejects(runtime.multiply(matrix(2, 3), matrix(3, 2), { transposeB: true }), RangeError);
      await assert.rejects(runtime.multiply(matrix(2, 2), matrix(2, 3)), RangeError);
    });

    it('takes many calls at once, one after the other', async () => {
      await withTiny(async (opened) => {
        const inputs = Array.from({ length: 8 }, (_, i) => randomPixels(11 * 9 * 3, i));
        const square = { rows: 2, columns: 2, data: Float32Array.of(1, 2, 3, 4) };
        const products = inputs.map(() => opened.multiply(square, square));
        const results = await Promise.all(inputs.map((input) => opened.run(input, 1)));
        results.forEach((result, i) => {
          assert(relativeDistance(result, runNaivelyOnPixels(tiny, inputs[i] ?? new Uint8Array(), 1)) < 1e-5);
        });
        for (const { data } of await Promise.all(products)) assert.deepEqual([...data], [7, 10, 15, 22]);
      });
    });

    it('finishes what it computes before it is disposed of, and rejects what comes after', async () => {
      const opened = await openRuntime(id, tiny, { threads: 1 });
      const values = randomPixels(11 * 9 * 3, 1);
      const square = { rows: 1, columns: 1, data: Float32Array.of(2) };
      await opened.multiply(square, square);
      const running = opened.run(values, 1);
      await Promise.all([opened.dispose(), opened.dispose()]);
      assert.equal((await running).length, tiny.dimension);
      await assert.rejects(opened.run(values, 1), /disposed/);
      await assert.rejects(opened.multiply(square, square), /disposed/);
      const square64 = { rows: 1, columns: 1, data: Float64Array.of(2) };
      await assert.rejects(opened.multiply64(square64, square64), /disposed/);
    });

    it('keeps nothing of 1,000 calls', async () => {
      const graph = new GraphBuilder();
      graph.mean('bottleneck', graph.input(100, 100));
      const size = { height: 100, width: 100, dimension: 3 };
      const network = await loadFiles(backboneFiles(graph, size));
      const opened = await openRuntime(id, network, { threads: 1 });
      const input = randomPixels(2 * 100 * 100 * 3, 1);
      const row = { rows: 1, columns: 250, data: randomValues(250, 2) };
      const matrix = { rows: 250, columns: 200, data: randomValues(250 * 200, 3) };
      const calls = async (count: number): Promise<number> => {
        for (let i = 0; i < count; i++) {
          await opened.run(input, 2);
          await opened.multiply(row, matrix);
        }
        collectGarbage();
        return process.memoryUsage.rss();
      };
      const grown: number[] = [];
      let before = await calls(100);
      // The heap may settle at a larger size, once; what is kept of calls comes with all of them.
      while (grown.length < 2 && !grown.some((bytes) => bytes < 100e6)) {
        const after = await calls(1000);
        grown.push(after - before);
        before = after;
      }
      await opened.dispose();
      // The inputs of 1,000 runs are 60 MB (240 MB as floats), those of the products 200 MB.
      assert(
        Math.min(...grown) < 100e6,
        `${grown.map((bytes) => (bytes / 1e6).toFixed(0)).join(', ')} MB more`,
      );
    });

    it('runs in a worker thread', async () => {
      const pixels = randomPixels(11 * 9 * 3, 1);
      const result = await withAssets(async (assets) => {
        writeBackbone(assets, tinyGraph());
        const workerData: RuntimeWorkerData = { assets, backbone: 'tiny', runtime: id, pixels, n: 1 };
        const file = JSON.stringify(path.resolve('test/support/runtimeWorker.ts'));
        const worker = new Worker(`require('tsx/cjs'); require(${file});`, { eval: true, workerData });
        return await new Promise<Float32Array>((resolve, reject) => {
          let answer: Float32Array | undefined;
          worker.on('message', (message: Float32Array) => (answer = message));
          worker.on('error', reject);
          worker.on('exit', () => {
            if (answer === undefined) reject(new Error('the worker ended without an answer'));
            else resolve(answer);
          });
        });
      });
      assert(relativeDistance(result, runNaivelyOnPixels(tiny, pixels, 1)) < 1e-5);
    });
  });

describe('the runtimes', () => {
  it('agree with each other within a thousandth', async function () {
    const [first, ...others] = answers;
    if (first === undefined || others.length === 0) skip(this, 'fewer than two runtimes have answered');
    for (const [id, values] of others) {
      const distance = relativeDistance(values, first[1]);
      assert(distance < 1e-3, `${id} and ${first[0]}: ${distance}`);
    }
  });
});
