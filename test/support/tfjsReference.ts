import { readFileSync } from 'node:fs';
import path from 'node:path';
import type * as TensorFlow from '@tensorflow/tfjs';
import type { ModelDocument } from './foreignNetworks';

/**
 * What TF.js itself computes for pictures [n, H, W, 3] at `layer` of the model in `file`, averaged over space: on
 * tfjs-node where that loads, else in plain JavaScript.
 */
export async function referenceValues(
  file: string,
  layer: string,
  values: Float32Array,
  shape: [number, number, number, number],
): Promise<{ readonly values: Float32Array; readonly backend: string }> {
  const tf = await import('@tensorflow/tfjs');
  // In the tests' process the runtime tensorflow may have been chosen before.
  const native = await import('@tensorflow/tfjs-node').then(
    () => true,
    () => false,
  );
  await tf.setBackend(native ? 'tensorflow' : 'cpu');
  const document = JSON.parse(readFileSync(file, 'utf8')) as ModelDocument;
  const parts = document.weightsManifest.flatMap(({ paths }) => paths);
  const bytes = Buffer.concat(parts.map((name) => readFileSync(path.join(path.dirname(file), name))));
  const artifacts = {
    modelTopology: document.modelTopology,
    weightSpecs: document.weightsManifest.flatMap(({ weights }) => weights),
    weightData: new Uint8Array(bytes).buffer,
  } as TensorFlow.io.ModelArtifacts;
  const input = tf.tensor4d(values, shape);
  let output: TensorFlow.Tensor;
  if (document.format === 'graph-model') {
    const model = await tf.loadGraphModel(tf.io.fromMemory(artifacts));
    output = model.execute(input, layer) as TensorFlow.Tensor;
  } else {
    const model = await tf.loadLayersModel(tf.io.fromMemory(artifacts));
    const cut = tf.model({ inputs: model.inputs, outputs: model.getLayer(layer).output });
    output = cut.predict(input) as TensorFlow.Tensor;
  }
  const mean = output.rank === 4 ? output.mean([1, 2]) : output;
  const result = Float32Array.from(await mean.data());
  const backend = tf.getBackend();
  tf.dispose([input, output, mean]);
  return { values: result, backend };
}
