import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { predict, readRun, saveRun } from '../../../src/models';
import { plainProduct, type Head, type TrainedHead } from '../../../src/training';
import { runWith } from '../../support/runRecords';
import { clouds } from '../../support/softmaxProblem';
import { temporaryFolder } from '../../support/temporaryFolder';

/** What tf.loadLayersModel makes of a run's folder, read as a browser or Node program would. */
async function loadedByTensorFlow(folder: string): Promise<tf.LayersModel> {
  const model = JSON.parse(await readFile(path.join(folder, 'model.json'), 'utf8')) as tf.io.ModelJSON;
  return tf.loadLayersModel({
    load: () =>
      tf.io.getModelArtifactsForJSON(model, async (manifest) => {
        const files = manifest.flatMap((group) => group.paths);
        const bytes = await Promise.all(files.map((file) => readFile(path.join(folder, file))));
        return [manifest.flatMap((group) => group.weights), new Uint8Array(Buffer.concat(bytes)).buffer];
      }),
  });
}

describe('a saved run', () => {
  const folder = temporaryFolder();

  before(async () => {
    await tf.setBackend('cpu');
  });

  for (const [words, dimension, hidden, classes] of [
    ['a small head', 6, null, 3],
    ['a head of the size of the embedded backbone', 2912, null, 5],
    ['a head of two classes', 10, null, 2],
    ['a hidden layer', 6, 4, 3],
    ['a hidden layer of the size of the embedded backbone', 2912, 128, 5],
    ['a hidden layer of one unit', 10, 1, 2],
  ] as const)
    it(`is a layers model that TensorFlow.js loads and that answers as predict does: ${words}`, async () => {
      const layer = (inputs: number, outputs: number, seed: number): Head => ({
        weights: clouds(inputs, outputs, 1, seed).values.map((weight) => weight / Math.sqrt(inputs)),
        bias: clouds(1, outputs, 1, seed + 1).values,
      });
      const head: TrainedHead =
        hidden === null
          ? { kind: 'linear', head: layer(dimension, classes, 1) }
          : { kind: 'hidden', hidden: layer(dimension, hidden, 1), output: layer(hidden, classes, 5) };
      const run = runWith(
        Array.from({ length: classes }, (_, i) => `class ${i}`),
        { head, backbone: { ...runWith(['a', 'b']).backbone, dimension } },
      );
      const saved = await saveRun(folder.path, run);
      const model = await loadedByTensorFlow(saved);
      const n = 7;
      const { values } = clouds(n, dimension, 1, 3);
      const answer = model.predict(tf.tensor2d(values, [n, dimension]));
      assert.ok(answer instanceof tf.Tensor);
      assert.deepEqual(answer.shape, [n, classes]);
      const theirs = answer.dataSync();
      const ours = await predict((await readRun(saved)).head, values, n, plainProduct);
      ours.forEach((probability, i) => {
        assert.ok(Math.abs(probability - (theirs[i] ?? NaN)) < 1e-5, `${probability} is not ${theirs[i]}`);
      });
      tf.dispose([model.weights.map((weight) => weight.read()), answer]);
    });
});
