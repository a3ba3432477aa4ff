import assert from 'node:assert/strict';
import fc from 'fast-check';
import { crossEntropyOf, topAnswers } from '../../../src/evaluation';
import { calibrate } from '../../../src/jobs/calibrate';
import { predict } from '../../../src/models';
import { cooled, plainProduct, type TrainedHead } from '../../../src/training';
import { clouds } from '../../support/softmaxProblem';

/** Rows of which calibration reads how many they are. */
const rowsOf = (n: number) =>
  Array.from({ length: n }, () => ({
    image: { path: 'a.jpg', label: 'a', size: 1, mtimeNs: 0n },
    sha256: '',
    cached: true,
  })) as never[];

describe('calibrate', () => {
  const [dimension, classes] = [6, 3];
  const head: TrainedHead = {
    kind: 'linear',
    head: { weights: clouds(dimension, classes, 1, 1).values, bias: new Float32Array(classes) },
  };
  const predicted = (of: TrainedHead, values: Float32Array, n: number) =>
    predict(of, values, n, plainProduct);
  const validation = async (n: number) => {
    const values = clouds(n, dimension, 1, 3).values;
    const labels = Int32Array.from(
      topAnswers(await predicted(head, values, n), classes),
      ({ predicted: answer }, i) => (i % 4 === 0 ? (answer + 1) % classes : answer),
    );
    return { rows: rowsOf(n), values, labels };
  };

  it('leaves a head with few validation images as it is', async () => {
    assert.deepEqual(await calibrate(head, await validation(99), plainProduct), { head, calibration: null });
  });

  it('takes the temperature of the least cross-entropy, and changes no answer', async () => {
    const images = await validation(400);
    const { head: calibrated, calibration } = await calibrate(head, images, plainProduct);
    assert.equal(calibration?.images, 400);
    const before = topAnswers(await predicted(head, images.values, 400), classes);
    const after = topAnswers(await predicted(calibrated, images.values, 400), classes);
    assert.deepEqual(
      after.map(({ predicted: answer }) => answer),
      before.map(({ predicted: answer }) => answer),
    );
    const { temperature = NaN } = calibration ?? {};
    const loss = async (by: number) =>
      crossEntropyOf(images.labels, await predicted(cooled(head, by), images.values, 400), classes) ?? NaN;
    for (const other of [1, temperature * 0.8, temperature * 1.25])
      assert.ok((await loss(temperature)) < (await loss(other)), `${temperature}, not ${other}`);
  });

  it('keeps the order of classes at any temperature, but for ties in the last digit', async () => {
    const values = fc.float32Array({
      minLength: dimension,
      maxLength: dimension,
      noNaN: true,
      min: -5,
      max: 5,
    });
    await fc.assert(
      fc.asyncProperty(
        values,
        fc.double({ min: 1 / 16, max: 16, noNaN: true }),
        async (image, temperature) => {
          const plain = await predicted(head, image, 1);
          const warm = await predicted(cooled(head, temperature), image, 1);
          const [first = 0, second = 0] = [...plain].sort((a, b) => b - a);
          if (first - second < 1e-3) return;
          assert.equal(topAnswers(warm, classes)[0]?.predicted, topAnswers(plain, classes)[0]?.predicted);
        },
      ),
    );
  });
});
