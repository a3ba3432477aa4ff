import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { predict, saveRun, type NewRun } from '../../../src/models';
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

  for (const [words, dimension, classes] of [
    ['a small head', 6, 3],
    ['a head of the size of the embedded backbone', 2912, 5],
    ['a head of two classes', 10, 2],
  ] as const)
    it(`is a layers model that TensorFlow.js loads and that answers as predict does: ${words}`, async () => {
      const head: NewRun['head'] = {
        weights: clouds(dimension, classes, 1, 1).values.map((weight) => weight / Math.sqrt(dimension)),
        bias: clouds(1, classes, 1, 2).values,
      };
      const run = runWith(
        Array.from({ length: classes }, (_, i) => `class ${i}`),
        { head, backbone: { ...runWith(['a', 'b']).backbone, dimension } },
      );
      const model = await loadedByTensorFlow(await saveRun(folder.path, run));
      const n = 7;
      const { values } = clouds(n, dimension, 1, 3);
      const answer = model.predict(tf.tensor2d(values, [n, dimension]));
      assert.ok(answer instanceof tf.Tensor);
      assert.deepEqual(answer.shape, [n, classes]);
      const theirs = answer.dataSync();
      predict(head, values, n).forEach((probability, i) => {
        assert.ok(Math.abs(probability - (theirs[i] ?? NaN)) < 1e-5, `${probability} is not ${theirs[i]}`);
      });
      tf.dispose([model.weights.map((weight) => weight.read()), answer]);
    });
});
