import { readFileSync } from 'node:fs';
import path from 'node:path';
import util from 'node:util';
import type * as TensorFlow from '@tensorflow/tfjs-core';
import type { GraphModel } from '@tensorflow/tfjs-converter';
import sharp from 'sharp';

/**
 * Loops as @teachablemachine/image and ml5 write them: for one picture after the other decode, resize, execute the
 * TF.js model, wait for its values. On the backend `wasm` as they do in a browser (pictures decoded by sharp, for Node
 * has no canvas), or on tfjs-node with its own decoder.
 *
 *     npx tsx test/bench/peers/loops.ts wasm|tensorflow <list of files, one a line>
 *
 * Prints one JSON line.
 */
async function main(): Promise<void> {
  const [backend = '', list = ''] = process.argv.slice(2);
  const files = readFileSync(list, 'utf8').split('\n').filter(Boolean);
  const loop = backend === 'wasm' ? await wasmLoop() : await nodeLoop();
  for (const file of files.slice(0, 3)) await loop(file);
  const started = performance.now();
  let sink = 0;
  for (const file of files) sink += (await loop(file))[0] ?? 0;
  const seconds = (performance.now() - started) / 1000;
  process.stdout.write(`${JSON.stringify({ seconds, sink })}\n`);
}

const side = 260;

type Loop = (file: string) => Promise<Float32Array>;

async function wasmLoop(): Promise<Loop> {
  const tf = await import('@tensorflow/tfjs-core');
  const { loadGraphModel } = await import('@tensorflow/tfjs-converter');
  const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
  setWasmPaths(`${path.dirname(require.resolve('@tensorflow/tfjs-backend-wasm/package.json'))}/wasm-out/`);
  await tf.setBackend('wasm');
  const model = await loadGraphModel(tf.io.fromMemory(artifacts()));
  return async (file) => {
    const { data, info } = await sharp(readFileSync(file))
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    return valuesOf(tf, model, () => tf.tensor3d(data, [info.height, info.width, 3], 'int32'));
  };
}

async function nodeLoop(): Promise<Loop> {
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '2';
  Object.assign(util, { isNullOrUndefined: (value: unknown) => value == null, isArray: Array.isArray });
  const tf = await import('@tensorflow/tfjs-node');
  const model = await tf.loadGraphModel(tf.io.fromMemory(artifacts()));
  return async (file) =>
    valuesOf(tf, model, () => {
      return tf.node.decodeImage(readFileSync(file), 3) as unknown as TensorFlow.Tensor3D;
    });
}

async function valuesOf(
  tf: typeof TensorFlow,
  model: GraphModel,
  picture: () => TensorFlow.Tensor3D,
): Promise<Float32Array> {
  const output = tf.tidy(() => {
    const resized = tf.image.resizeBilinear(picture(), [side, side]);
    const input = tf.expandDims(tf.div(tf.sub(tf.cast(resized, 'float32'), 127), 128));
    const values = model.execute(input);
    if (!(values instanceof tf.Tensor)) throw new TypeError('the network has more than one output');
    return values;
  });
  const values = await output.data();
  output.dispose();
  return values as Float32Array;
}

function artifacts(): TensorFlow.io.ModelArtifacts {
  const folder = path.join('media', 'backbones', 'efficientnet-lite2');
  const model = JSON.parse(readFileSync(path.join(folder, 'model.json'), 'utf8')) as {
    modelTopology: object;
    weightsManifest: { paths: string[]; weights: TensorFlow.io.WeightsManifestEntry[] }[];
  };
  const weights = model.weightsManifest.flatMap(({ paths }) =>
    paths.map((name) => readFileSync(path.join(folder, name))),
  );
  return {
    format: 'graph-model',
    modelTopology: model.modelTopology,
    weightSpecs: model.weightsManifest.flatMap((group) => group.weights),
    weightData: new Uint8Array(Buffer.concat(weights)).buffer,
  };
}

void main();
