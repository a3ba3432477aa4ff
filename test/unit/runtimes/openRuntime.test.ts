import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import { loadBackbone } from '../../../src/backbones';
import { RetrainError } from '../../../src/base';
import {
  deferredRuntime,
  eightBitRuntimes,
  openRuntime,
  runtimeAvailability,
  runtimeIds,
  type RuntimeChoice,
} from '../../../src/runtimes';
import {
  GraphBuilder,
  backboneFiles,
  loadFiles,
  withAssets,
  writeBackbone,
  writeEightBits,
} from '../../support/backboneFiles';
import { tinyGraph } from '../../support/tinyGraph';
import { skip } from '../../support/skip';

/**
 * Bundles the rooms as the extension is bundled and runs `code` with them in `folder`; what it returns comes back
 * through JSON. Where `folder` has no node_modules above it, there is no runtime: nothing is pretended.
 */
async function runBundled(folder: string, code: string): Promise<unknown> {
  const bundle = path.join(folder, 'rooms.cjs');
  await build({
    stdin: {
      contents: `export * from './src/runtimes'; export * from './src/backbones';`,
      resolveDir: path.resolve('.'),
    },
    outfile: bundle,
    bundle: true,
    platform: 'node',
    external: ['onnxruntime-node', '@tensorflow/tfjs-node'],
    logLevel: 'error',
  });
  const program = path.join(folder, 'program.cjs');
  writeFileSync(
    program,
    `const rooms = require('./rooms.cjs');
    const failure = ({ code, message }) => ({ code, message });
    const load = () => rooms.loadBackbone(__dirname, 'tiny', { decoderVersion: 1 });
    (async () => { ${code} })().then((value) => process.stdout.write(JSON.stringify(value)));`,
  );
  return JSON.parse(execFileSync(process.execPath, [program], { encoding: 'utf8' })) as unknown;
}

describe('openRuntime', function () {
  this.timeout(30_000);

  it('knows its runtimes and no other', async () => {
    const backbone = await loadFiles(tinyGraph());
    for (const id of ['webgl', 'constructor', '', 'ONNX'])
      await assert.rejects(openRuntime(id as RuntimeChoice, backbone), (error: unknown) => {
        assert(error instanceof RetrainError);
        assert.equal(error.code, 'RUNTIME_UNKNOWN');
        assert.match(error.message, /onnx, tensorflow, wasm/);
        return true;
      });
  });

  it('takes the first runtime that can be loaded for auto', async function () {
    const first = (await runtimeAvailability()).find(({ reason }) => reason === undefined);
    if (first === undefined) skip(this, 'no runtime can be loaded');
    const runtime = await openRuntime('auto', await loadFiles(tinyGraph()));
    await runtime.dispose();
    assert.equal(runtime.id, first.id);
    assert.equal(runtime.version, first.version);
  });

  it('refuses a network that the runtime cannot carry, naming the operation', async function () {
    const graph = new GraphBuilder();
    graph.mean('bottleneck', graph.node('Elu', 'activation', [graph.input(4, 4)]));
    const backbone = await loadFiles(backboneFiles(graph, { height: 4, width: 4, dimension: 3 }));
    const available = new Map((await runtimeAvailability()).map(({ id, reason }) => [id, reason]));
    if (available.get('onnx') === undefined) {
      const runtime = await openRuntime('onnx', backbone);
      // Products do not need the network.
      const { data } = await runtime.multiply(
        { rows: 1, columns: 2, data: new Float32Array([1, 2]) },
        { rows: 2, columns: 1, data: new Float32Array([3, 4]) },
      );
      assert.deepEqual([...data], [11]);
      await assert.rejects(runtime.run(new Uint8Array(48), 1), { code: 'GRAPH_UNSUPPORTED' });
      await runtime.dispose();
    }
    for (const id of ['tensorflow', 'wasm'] as const) {
      if (available.get(id) !== undefined) continue;
      const runtime = await openRuntime(id, backbone);
      const values = await runtime.run(new Uint8Array(48), 1);
      await runtime.dispose();
      for (const value of values) assert(Math.abs(value - (Math.exp(-127 / 128) - 1)) < 1e-6);
    }
  });

  it('takes a network of eight bits to a runtime that executes it in integers, and to no other', async function () {
    await withAssets(async (assets) => {
      writeBackbone(assets, tinyGraph());
      const ranges = ['input', 'stem/relu6', 'wide'].map((node) => [node, 0, 6]);
      writeEightBits(assets, ranges);
      const eightBits = await loadBackbone(assets, 'tiny-int8', { decoderVersion: 1 });
      for (const id of runtimeIds.filter((other) => !eightBitRuntimes.includes(other)))
        for (const open of [openRuntime, deferredRuntime])
          await assert.rejects(open(id, eightBits), {
            code: 'RUNTIME_UNFIT',
            message: `The backbone tiny-int8 runs on onnx, not on ${id}; choose that runtime, or the backbone tiny.`,
          });
      const available = new Map((await runtimeAvailability()).map(({ id, reason }) => [id, reason]));
      const reason = available.get('onnx');
      if (reason !== undefined) skip(this, `onnx cannot be loaded: ${reason}`);
      const runtime = await openRuntime('auto', eightBits);
      await runtime.dispose();
      assert.equal(runtime.id, 'onnx');
    });
  });

  it('deferred says what it is without the network, and opens that when it is used', async function () {
    const [available] = (await runtimeAvailability()).filter(({ reason }) => reason === undefined);
    if (available === undefined) skip(this, 'no runtime can be loaded');
    const backbone = await loadFiles(tinyGraph());
    // What is opened is the graph, so this one is found out as soon as that happens.
    const unusable = { ...backbone, graph: { ...backbone.graph, nodes: [] } };
    const unused = await deferredRuntime('auto', unusable);
    assert.deepEqual([unused.id, unused.version], [available.id, available.version]);
    await unused.dispose();

    const { height, width } = backbone.input;
    const picture = new Uint8Array(height * width * 3).fill(191);
    const direct = await openRuntime('auto', backbone);
    const deferred = await deferredRuntime('auto', backbone);
    assert.deepEqual(await deferred.run(picture, 1), await direct.run(picture, 1));
    const [a, b] = [
      { rows: 1, columns: 2, data: Float32Array.of(1, 2) },
      { rows: 1, columns: 2, data: Float32Array.of(3, 4) },
    ];
    assert.deepEqual([...(await deferred.multiply(a, b, { transposeB: true })).data], [11]);
    const wide = { rows: 1, columns: 1, data: Float64Array.of(1 + 2 ** -50) };
    assert.equal((await deferred.multiply64(wide, wide)).data[0], (1 + 2 ** -50) ** 2);
    assert.equal(deferred.doubles, direct.doubles);
    await Promise.all([direct.dispose(), deferred.dispose()]);
    await assert.rejects(deferred.run(picture, 1), /disposed/);
  });

  it('deferred throws at its first use what opening throws', async function () {
    const graph = new GraphBuilder();
    graph.mean('bottleneck', graph.node('Elu', 'activation', [graph.input(4, 4)]));
    const backbone = await loadFiles(backboneFiles(graph, { height: 4, width: 4, dimension: 3 }));
    const [onnx] = (await runtimeAvailability()).filter(({ id, reason }) => id === 'onnx' && !reason);
    if (onnx === undefined) skip(this, 'onnx cannot be loaded');
    const deferred = await deferredRuntime('onnx', backbone);
    await assert.rejects(deferred.run(new Uint8Array(48), 1), { code: 'GRAPH_UNSUPPORTED' });
    await deferred.dispose();
    await assert.rejects(deferredRuntime('abacus' as RuntimeChoice, backbone), { code: 'RUNTIME_UNKNOWN' });
  });

  it('lists every runtime with its version or the reason', async () => {
    const list = await runtimeAvailability();
    assert.deepEqual(
      list.map(({ id }) => id),
      [...runtimeIds],
    );
    for (const { version, reason } of list) assert.notEqual(version === undefined, reason === undefined);
  });

  it('says in a sentence what is missing where nothing is installed', async () => {
    await withAssets(async (folder) => {
      writeBackbone(folder, tinyGraph());
      writeEightBits(
        folder,
        ['input', 'stem/relu6', 'wide'].map((node) => [node, 0, 6]),
      );
      const failures = await runBundled(
        folder,
        `const backbone = await load();
        const choices = ['onnx', 'tensorflow', 'wasm', 'auto'];
        const eightBits = await rooms.loadBackbone(__dirname, 'tiny-int8', { decoderVersion: 1 });
        return Promise.all([
          ...choices.map((id) => rooms.openRuntime(id, backbone).catch(failure)),
          rooms.openRuntime('auto', eightBits).catch(failure),
        ]);`,
      );
      assert.deepEqual(failures, [
        {
          code: 'RUNTIME_MISSING',
          message:
            "The runtime onnx cannot be loaded here (Cannot find package 'onnxruntime-node'); choose another one.",
        },
        {
          code: 'RUNTIME_MISSING',
          message:
            "The runtime tensorflow cannot be loaded here (Cannot find package '@tensorflow/tfjs-node'); choose another one.",
        },
        {
          code: 'RUNTIME_MISSING',
          message: 'The runtime wasm cannot be loaded here (wasmWorker.js is missing); choose another one.',
        },
        {
          code: 'NO_RUNTIME',
          message:
            'No runtime can be loaded on this machine: ' +
            "onnx: Cannot find package 'onnxruntime-node'; tensorflow: Cannot find package '@tensorflow/tfjs-node'; " +
            'wasm: wasmWorker.js is missing.',
        },
        {
          code: 'EIGHT_BITS_MISSING',
          message:
            'The backbone tiny-int8 cannot run on this machine ' +
            "(onnx: Cannot find package 'onnxruntime-node'); choose the backbone tiny.",
        },
      ]);
    });
  });
});
