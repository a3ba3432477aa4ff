import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type * as TensorFlow from '@tensorflow/tfjs';
import {
  installedBackbones,
  loadBackbone,
  normalise,
  openBackbone,
  parseNormalisation,
  readNetwork,
  removeBackbone,
  toOnnx,
  type OnnxBackbone,
} from '../../../src/backbones';
import { openRuntime, probeOnnx } from '../../../src/runtimes';
import { GraphBuilder, withAssets } from '../../support/backboneFiles';
import { keepNetwork } from '../../support/foreignNetworks';
import { relativeDistance, runNaively } from '../../support/naiveNetwork';
import { referenceValues } from '../../support/tfjsReference';
import { randomPixels } from '../../support/tinyGraph';

/** Writes a model of TF.js as it saves it itself. */
async function save(model: TensorFlow.LayersModel, folder: string): Promise<string> {
  const tf = await import('@tensorflow/tfjs');
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, 'model.json');
  await model.save(
    tf.io.withSaveHandler((artifacts) => {
      const { modelTopology, weightSpecs = [], weightData } = artifacts;
      const weightsManifest = [{ paths: ['weights.bin'], weights: weightSpecs }];
      writeFileSync(file, JSON.stringify({ format: 'layers-model', modelTopology, weightsManifest }));
      writeFileSync(path.join(folder, 'weights.bin'), Buffer.from(weightData as ArrayBuffer));
      return Promise.resolve({ modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } });
    }),
  );
  return file;
}

/** Every layer that is known, some of them twice, with weights that are no zeros and no ones. */
async function everyLayer(): Promise<TensorFlow.LayersModel> {
  const tf = await import('@tensorflow/tfjs');
  const { layers: l } = tf;
  const input = tf.input({ shape: [17, 13, 3] });
  const apply = (layer: TensorFlow.layers.Layer, ...inputs: TensorFlow.SymbolicTensor[]) =>
    layer.apply(inputs.length === 1 ? (inputs[0] ?? input) : inputs) as TensorFlow.SymbolicTensor;
  const random = { kernelInitializer: 'glorotNormal', biasInitializer: 'glorotNormal' } as const;
  const separable = {
    depthwiseInitializer: 'glorotNormal',
    pointwiseInitializer: 'glorotNormal',
    biasInitializer: 'zeros',
  } as const;
  const padded = apply(
    l.zeroPadding2d({
      padding: [
        [0, 1],
        [2, 1],
      ],
    }),
    input,
  );
  const stem = apply(
    l.conv2d({ filters: 6, kernelSize: 3, strides: 2, padding: 'same', ...random, biasInitializer: 'ones' }),
    padded,
  );
  const normal = apply(l.batchNormalization({ epsilon: 0.01, betaInitializer: 'ones' }), stem);
  const relu6 = apply(l.reLU({ maxValue: 6 }), normal);
  const deep = apply(
    l.depthwiseConv2d({ kernelSize: [3, 2], padding: 'same', depthwiseInitializer: 'glorotNormal' }),
    relu6,
  );
  const leaky = apply(l.leakyReLU({ alpha: 0.1 }), deep);
  const apart = apply(
    l.separableConv2d({ filters: 6, kernelSize: 3, padding: 'same', activation: 'tanh', ...separable }),
    leaky,
  );
  const sum = apply(l.add(), apart, relu6, leaky);
  const product = apply(l.multiply(), sum, apply(l.activation({ activation: 'sigmoid' }), apart));
  const largest = apply(l.maxPooling2d({ poolSize: 3, strides: 2, padding: 'same' }), product);
  const average = apply(l.averagePooling2d({ poolSize: 3, strides: 2, padding: 'same' }), product);
  const joined = apply(l.concatenate(), largest, average);
  const dropped = apply(l.dropout({ rate: 0.5 }), joined);
  const last = apply(
    l.conv2d({ name: 'last', filters: 5, kernelSize: 1, activation: 'relu', useBias: false, ...random }),
    dropped,
  );
  const flat = apply(l.flatten(), last);
  const answer = apply(
    l.dense({ name: 'answer', units: 4, activation: 'softmax', kernelInitializer: 'glorotNormal' }),
    flat,
  );
  return tf.model({ inputs: input, outputs: answer });
}

/** Like Teachable Machine's: a model within a sequential one within another, and the labels' layers beside it. */
async function teachable(): Promise<TensorFlow.LayersModel> {
  const tf = await import('@tensorflow/tfjs');
  const { layers: l } = tf;
  const input = tf.input({ shape: [20, 20, 3] });
  const conv = l.conv2d({ name: 'Conv1', filters: 8, kernelSize: 3, strides: 2, activation: 'relu' });
  const out = l.conv2d({ name: 'out_relu', filters: 12, kernelSize: 1, activation: 'relu' });
  const inner = tf.model({
    inputs: input,
    outputs: out.apply(conv.apply(input)) as TensorFlow.SymbolicTensor,
  });
  const truncated = tf.sequential({ layers: [inner, l.globalAveragePooling2d({})] });
  const head = tf.sequential({
    layers: [
      l.dense({ inputShape: [12], units: 10, activation: 'relu', name: 'dense_Dense1' }),
      l.dense({ units: 2, activation: 'softmax', useBias: false, name: 'dense_Dense2' }),
    ],
  });
  return tf.sequential({ layers: [truncated, head] });
}

async function onnxValues(backbone: Parameters<typeof openRuntime>[1], pixels: Uint8Array, n: number) {
  const runtime = await openRuntime('onnx', backbone, { threads: 1 });
  try {
    return await runtime.run(pixels, n);
  } finally {
    await runtime.dispose();
  }
}

describe('a layers model somebody brought', () => {
  it('gives what TF.js gives, at every kind of layer', async () => {
    await withAssets(async (folder) => {
      const file = await save(await everyLayer(), path.join(folder, 'every'));
      const pixels = randomPixels(2 * 17 * 13 * 3, 1);
      for (const layer of ['last', 'answer']) {
        const backbone = await keepNetwork(path.join(folder, layer), file, { cut: [layer] });
        const values = normalise(pixels, backbone.normalisation);
        const expected = await referenceValues(file, layer, values, [2, 17, 13, 3]);
        for (const own of [await onnxValues(backbone, pixels, 2), runNaively(backbone, values, 2)]) {
          const distance = relativeDistance(own, expected.values);
          assert(distance < 1e-5, `${layer}: ${distance}`);
        }
      }
    });
  }).timeout(60_000);

  it('is read as Teachable Machine exports it, with what its metadata says', async () => {
    await withAssets(async (folder) => {
      const file = await save(await teachable(), path.join(folder, 'machine'));
      const metadata = { packageName: '@teachablemachine/image', imageSize: 20, labels: ['a', 'b'] };
      writeFileSync(path.join(folder, 'machine', 'metadata.json'), JSON.stringify(metadata));
      const read = await readNetwork(file, undefined, probeOnnx);
      assert.deepEqual(read.input, { height: 20, width: 20 });
      const [picture, mean, ...dense] = read.candidates.map(({ name }) => name).slice(-4);
      assert.deepEqual([picture, ...dense], ['out_relu', 'dense_Dense1', 'dense_Dense2']);
      assert.match(mean ?? '', /^global_average_pooling2d/);
      const made = read.cutAt(undefined, undefined);
      assert.deepEqual(made.cut, ['out_relu']);
      assert.deepEqual(made.normalisation, { mean: 127, deviation: 127 });
    });
  });

  it('takes several layers side by side, and statistics for each channel', async () => {
    await withAssets(async (folder) => {
      const file = await save(await teachable(), path.join(folder, 'machine'));
      const plain = await keepNetwork(path.join(folder, 'a'), file, { cut: ['out_relu', 'Conv1'] });
      assert.equal(plain.dimension, 20);
      const statistics = { mean: [0.4, 0.5, 0.6], deviation: [0.2, 0.3, 0.4] } as const;
      const normalisation = { kind: 'channels', statistics } as const;
      const own = await keepNetwork(path.join(folder, 'b'), file, {
        cut: ['out_relu', 'Conv1'],
        normalisation,
      });
      const pixels = randomPixels(20 * 20 * 3, 2);
      const normalised = Array.from(
        pixels,
        (pixel, i) => (pixel / 255 - (statistics.mean[i % 3] ?? 0)) / (statistics.deviation[i % 3] ?? 1),
      );
      const expected = runNaively(plain, normalised, 1);
      assert(relativeDistance(await onnxValues(own, pixels, 1), expected) < 1e-5);
      assert.notEqual(own.fingerprint, plain.fingerprint);
    });
  });

  it('names the layer that is not known, and only where it is needed', async () => {
    await withAssets(async (folder) => {
      const file = await save(await teachable(), path.join(folder, 'machine'));
      const text = readFileSync(file, 'utf8').replaceAll('"GlobalAveragePooling2D"', '"Mystery"');
      writeFileSync(file, text);
      assert.deepEqual((await keepNetwork(path.join(folder, 'kept'), file)).cut, ['out_relu']);
      await assert.rejects(keepNetwork(path.join(folder, 'more'), file, { cut: ['dense_Dense1'] }), {
        code: 'BACKBONE_CUT_UNKNOWN',
        message: /out_relu/,
      });
    });
  });
});

describe('a network file that is not what it should be', () => {
  async function refuses(change: (model: Record<string, never>) => unknown, error: object): Promise<void> {
    await withAssets(async (folder) => {
      const graph = new GraphBuilder();
      graph.mean('bottleneck', graph.input(4, 4));
      const file = path.join(folder, 'model.json');
      writeFileSync(path.join(folder, 'weights.bin'), graph.data());
      const model = JSON.parse(JSON.stringify(graph.model())) as Record<string, never>;
      writeFileSync(file, JSON.stringify(change(model)));
      await assert.rejects(readNetwork(file, undefined, probeOnnx), error);
    });
  }
  const manifest = (paths: string[], weights: object[]) => (model: object) => ({
    ...model,
    weightsManifest: [{ paths, weights }],
  });

  it('is refused before anything is allocated', async () => {
    const huge = { name: 'w', shape: [2 ** 27, 2 ** 27], dtype: 'float32' };
    await refuses(manifest(['weights.bin'], [huge]), { code: 'NETWORK_DAMAGED' });
    const many = { name: 'w', shape: [2 ** 20], dtype: 'float32' };
    await refuses(manifest(['weights.bin'], [many]), { code: 'NETWORK_DAMAGED' });
  });

  it('names no file elsewhere', async () => {
    const small = { name: 'w', shape: [1], dtype: 'float32' };
    for (const name of ['../weights.bin', '/etc/passwd', 'a/b', 'C:x', '..'])
      await refuses(manifest([name], [small]), { code: 'NETWORK_DAMAGED' });
  });

  it('is no network', async () => {
    for (const wrong of [{}, [], 7, { modelTopology: {}, weightsManifest: [] }])
      await refuses(() => wrong, { code: 'NETWORK_DAMAGED' });
  });

  it('does not say how large its pictures are', async () => {
    const open = (model: Record<string, never>) =>
      JSON.parse(JSON.stringify(model).replaceAll('"size":"4"', '"size":"-1"')) as unknown;
    await refuses(open, { code: 'BACKBONE_INPUT_OPEN' });
  });
});

describe('an ONNX file somebody brought', () => {
  it('gives at a layer of its middle what the network gives there, and is kept cut', async () => {
    await withAssets(async (folder) => {
      const float = await loadBackbone(path.resolve('media'), 'efficientnet-lite2', { decoderVersion: 1 });
      const file = path.join(folder, 'lite.onnx');
      writeFileSync(file, toOnnx(float.graph));
      const read = await readNetwork(file, undefined, probeOnnx);
      const { network, ...made } = read.cutAt(['head/relu6'], '0..255');
      assert(network.kind === 'onnx');
      assert.equal(made.dimension, 1280);
      const backbone: OnnxBackbone = {
        ...network,
        ...made,
        normalisation: float.normalisation,
        id: 'lite',
        name: 'lite',
        batch: 'open',
        fingerprint: '',
        scaling: undefined,
        ranges: undefined,
        quantisedFrom: undefined,
        folder,
      };
      const pixels = randomPixels(2 * 260 * 260 * 3, 5);
      const whole = await onnxValues(float, pixels, 2);
      const cut = await onnxValues(backbone, pixels, 2);
      for (const i of [0, 1]) {
        const expected = whole.subarray(i * 2912, i * 2912 + 1280);
        assert(relativeDistance(cut.subarray(i * 1280, (i + 1) * 1280), expected) < 1e-5);
      }
      await assert.rejects(openRuntime('wasm', backbone), { code: 'RUNTIME_UNFIT' });
      assert.throws(() => read.cutAt(['nowhere'], '0..255'), { code: 'BACKBONE_CUT_UNKNOWN' });
      assert.throws(() => read.cutAt(undefined, undefined), { code: 'BACKBONE_NORMALISATION_OPEN' });
    });
  }).timeout(60_000);

  it('is refused where it is none', async () => {
    await withAssets(async (folder) => {
      for (const bytes of [Buffer.from('nothing'), Buffer.alloc(100, 0xff), Buffer.from([0x3a, 0x7f])]) {
        writeFileSync(path.join(folder, 'x.onnx'), bytes);
        const file = path.join(folder, 'x.onnx');
        await assert.rejects(readNetwork(file, undefined, probeOnnx), { code: 'NETWORK_DAMAGED' });
      }
    });
  });
});

describe('kept backbones', () => {
  it('are listed, opened with what they were made with, never replaced, and removed', async () => {
    await withAssets(async (folder) => {
      const graph = new GraphBuilder();
      graph.mean('bottleneck', graph.input(4, 4));
      mkdirSync(path.join(folder, 'My Net'));
      const file = path.join(folder, 'My Net', 'model.json');
      writeFileSync(file, JSON.stringify(graph.model()));
      writeFileSync(path.join(folder, 'My Net', 'weights.bin'), graph.data());
      const root = path.join(folder, 'kept');
      const backbone = await keepNetwork(root, file, { normalisation: '-1..1' });
      assert.equal(backbone.id, 'my-net');
      assert.equal(backbone.scaling, undefined);
      assert.deepEqual(
        (await installedBackbones(root)).map(({ id }) => id),
        ['my-net'],
      );
      await assert.rejects(keepNetwork(root, file), { code: 'BACKBONE_TAKEN' });
      const again = await openBackbone(path.join(root, 'my-net'), { decoderVersion: 2 });
      assert.notEqual(again.fingerprint, backbone.fingerprint);
      await removeBackbone(root, 'my-net');
      assert.deepEqual(await installedBackbones(root), []);
      for (const id of ['my-net', '..', '../kept'])
        await assert.rejects(removeBackbone(root, id), { code: 'BACKBONE_UNKNOWN' });
    });
  });
});

describe('parseNormalisation', () => {
  it('reads the kinds and own numbers, and nothing else', () => {
    assert.equal(parseNormalisation('imagenet'), 'imagenet');
    assert.deepEqual(parseNormalisation('127, 128'), { kind: 'pixels', mean: 127, deviation: 128 });
    const six = parseNormalisation('0.1,0.2,0.3,1,2,3');
    assert.deepEqual(six, { kind: 'channels', statistics: { mean: [0.1, 0.2, 0.3], deviation: [1, 2, 3] } });
    for (const text of ['', '1', '1,0', '1,2,3', 'a,b', '1,2,3,4,5,0', '1,,2'])
      assert.equal(parseNormalisation(text), undefined, text);
  });
});
