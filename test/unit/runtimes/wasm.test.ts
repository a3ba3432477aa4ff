import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import fc from 'fast-check';
import type { EmbeddedBackbone } from '../../../src/backbones';
import {
  openRuntime,
  runtimeAvailability,
  type Matrix,
  type ProductOptions,
  type Runtime,
} from '../../../src/runtimes';
import { addTile, factorsOf, tilesOf } from '../../../src/runtimes/tiledProduct';
import { GraphBuilder, backboneFiles, loadFiles } from '../../support/backboneFiles';
import { relativeDistance, runNaivelyOnPixels } from '../../support/naiveNetwork';
import { skip } from '../../support/skip';
import { randomPixels, randomValues, tinyGraph } from '../../support/tinyGraph';

const matrix = (rows: number, columns: number, seed: number): Matrix => ({
  rows,
  columns,
  data: randomValues(rows * columns, seed),
});

/** Worker threads of this process that have not ended. */
function livingThreads(): number {
  const report = process.report.getReport() as unknown as { readonly workers: readonly unknown[] };
  return report.workers.length;
}

describe('the wasm runtime', function () {
  this.timeout(60_000);
  let tiny: EmbeddedBackbone;
  const opened: Runtime[] = [];
  const open = async (backbone: EmbeddedBackbone, threads: number) => {
    const runtime = await openRuntime('wasm', backbone, { threads });
    opened.push(runtime);
    return runtime;
  };
  before(async () => {
    tiny = await loadFiles(tinyGraph());
  });
  afterEach(async () => {
    for (const runtime of opened.splice(0)) await runtime.dispose();
  });

  it('gives the same values bit for bit, however many threads there are', async () => {
    const input = randomPixels(7 * 11 * 9 * 3, 1);
    const product = [matrix(1500, 40, 2), matrix(1100, 40, 3), { transposeB: true }] as const;
    const results = [];
    for (const threads of [1, 3]) {
      const runtime = await open(tiny, threads);
      const values = await runtime.run(input, 7);
      assert(relativeDistance(values, runNaivelyOnPixels(tiny, input, 7)) < 1e-5);
      const { data } = await runtime.multiply(...product);
      results.push(Buffer.concat([values, data].map(({ buffer }) => new Uint8Array(buffer))));
    }
    for (const result of results) assert(result.equals(results[0] ?? Buffer.alloc(0)));
  });

  it('starts a thread when there is work for it, and ends all of them with itself', async () => {
    const before = livingThreads();
    const runtime = await open(tiny, 2);
    assert.equal(livingThreads(), before);
    await runtime.run(randomPixels(11 * 9 * 3, 1), 1);
    assert.equal(livingThreads(), before + 1);
    await runtime.run(randomPixels(8 * 11 * 9 * 3, 1), 8);
    assert.equal(livingThreads(), before + 2);
    await runtime.dispose();
    assert.equal(livingThreads(), before);
  });

  it('fails with what a thread failed with, and goes on in another', async () => {
    const graph = new GraphBuilder();
    graph.mean('bottleneck', graph.node('Elephant', 'unknown', [graph.input(4, 4)]));
    const backbone = await loadFiles(backboneFiles(graph, { height: 4, width: 4, dimension: 3 }));
    const runtime = await open(backbone, 2);
    for (let i = 0; i < 2; i++) await assert.rejects(runtime.run(new Uint8Array(3 * 48), 3), /Elephant/);
    const product = await runtime.multiply(matrix(2, 3, 1), matrix(3, 2, 2));
    assert.equal(product.data.length, 4);
  });

  it('leaves tfjs-node alone in the same process, and is left alone by it', async function () {
    const reason = (await runtimeAvailability()).find(({ id }) => id === 'tensorflow')?.reason;
    if (reason !== undefined) skip(this, `tensorflow cannot be loaded: ${reason}`);
    const tensorflow = await openRuntime('tensorflow', tiny);
    opened.push(tensorflow);
    const wasm = await open(tiny, 2);
    const inputs = Array.from({ length: 6 }, (_, i) => randomPixels(2 * 11 * 9 * 3, i));
    const answers = await Promise.all(
      inputs.flatMap((input) => [wasm.run(input, 2), tensorflow.run(input, 2)]),
    );
    answers.forEach((values, i) => {
      const expected = runNaivelyOnPixels(tiny, inputs[Math.floor(i / 2)] ?? new Uint8Array(), 2);
      assert(relativeDistance(values, expected) < 1e-5, `answer ${i}`);
    });
    const tf = await import('@tensorflow/tfjs-node');
    assert.equal(tf.getBackend(), 'tensorflow');
    assert.equal(tf.findBackend('wasm'), null, 'its backend is registered in a thread of its own only');
  });

  it('loads TF.js in its own threads alone', () => {
    const program = `
      const { loadFiles } = require('./test/support/backboneFiles');
      const { tinyGraph } = require('./test/support/tinyGraph');
      const { openRuntime } = require('./src/runtimes');
      (async () => {
        const runtime = await openRuntime('wasm', await loadFiles(tinyGraph()));
        const { length } = await runtime.run(new Uint8Array(11 * 9 * 3), 1);
        await runtime.dispose();
        const loaded = Object.keys(require.cache).filter((file) => /@tensorflow|onnxruntime/.test(file));
        process.stdout.write(JSON.stringify({ length, loaded, state: typeof globalThis._tfengine }));
      })();`;
    const args = ['--require', 'tsx/cjs', '-e', program];
    const output = execFileSync(process.execPath, args, { cwd: path.resolve('.'), encoding: 'utf8' });
    assert.deepEqual(JSON.parse(output), { length: tiny.dimension, loaded: [], state: 'undefined' });
  });
});

describe('a product in tiles', () => {
  const plain = (a: Matrix, b: Matrix): Float32Array => {
    const data = new Float32Array(a.rows * b.columns);
    for (let row = 0; row < a.rows; row++)
      for (let column = 0; column < b.columns; column++)
        for (let k = 0; k < a.columns; k++)
          data[row * b.columns + column] =
            (data[row * b.columns + column] ?? NaN) +
            (a.data[row * a.columns + k] ?? NaN) * (b.data[k * b.columns + column] ?? NaN);
    return data;
  };
  const transposed = ({ rows, columns, data }: Matrix): Matrix => ({
    rows: columns,
    columns: rows,
    data: Float32Array.from(data, (_, i) => data[(i % rows) * columns + Math.floor(i / rows)] ?? NaN),
  });

  it('covers the result once, and sums up to the product, transposed or not', () => {
    const size = fc.integer({ min: 0, max: 70 });
    fc.assert(
      fc.property(
        size,
        size,
        size,
        fc.boolean(),
        fc.boolean(),
        (rows, inner, columns, transposeA, transposeB) => {
          const a = matrix(rows, inner, 1);
          const b = matrix(inner, columns, 2);
          const options: ProductOptions = { transposeA, transposeB };
          const result = new Float32Array(rows * columns);
          const of = { rows, inner, columns };
          for (const tile of tilesOf(of))
            for (const factors of factorsOf(
              tile,
              transposeA ? transposed(a) : a,
              transposeB ? transposed(b) : b,
              of,
              options,
            ))
              addTile(result, columns, tile, plain(factors.a, factors.b));
          const expected = plain(a, b);
          assert.equal(result.length, expected.length);
          for (const [i, value] of expected.entries()) assert(Math.abs((result[i] ?? NaN) - value) < 1e-4);
        },
      ),
      { numRuns: 100 },
    );
  });

  it('hands over no more than 16 MB of a factor at once, whatever its shape', () => {
    for (const [rows, inner, columns] of [
      [1, 5_000_000, 1],
      [1100, 4200, 2],
      [2, 4200, 1100],
    ] as const) {
      const zeros = (rows: number, columns: number): Matrix => ({
        rows,
        columns,
        data: new Float32Array(rows * columns),
      });
      const size = { rows, inner, columns };
      let terms = 0;
      for (const tile of tilesOf(size))
        for (const { a, b } of factorsOf(tile, zeros(rows, inner), zeros(inner, columns), size, {})) {
          assert(Math.max(a.data.length, b.data.length) <= 2 ** 22);
          terms += a.columns * tile.rows * tile.columns;
        }
      assert.equal(terms, rows * inner * columns);
    }
  });
});
