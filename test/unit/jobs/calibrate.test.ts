import assert from 'node:assert/strict';
import fc from 'fast-check';
import { crossEntropyOf, topAnswers } from '../../../src/evaluation';
import { calibrate } from '../../../src/jobs/calibrate';
import { predict } from '../../../src/models';
import { tempered } from '../../../src/training';
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
  const head = { weights: clouds(dimension, classes, 1, 1).values, bias: new Float32Array(classes) };
  const validation = (n: number) => {
    const values = clouds(n, dimension, 1, 3).values;
    const labels = Int32Array.from(topAnswers(predict(head, values, n), classes), ({ predicted }, i) =>
      i % 4 === 0 ? (predicted + 1) % classes : predicted,
    );
    return { rows: rowsOf(n), values, labels };
  };

  it('leaves a head with few validation images as it is', () => {
    assert.deepEqual(calibrate(head, validation(99)), { head, calibration: null });
  });

  it('takes the temperature of the least cross-entropy, and changes no answer', () => {
    const images = validation(400);
    const { head: calibrated, calibration } = calibrate(head, images);
    assert.equal(calibration?.images, 400);
    const before = topAnswers(predict(head, images.values, 400), classes);
    const after = topAnswers(predict(calibrated, images.values, 400), classes);
    assert.deepEqual(
      after.map(({ predicted }) => predicted),
      before.map(({ predicted }) => predicted),
    );
    const { temperature = NaN } = calibration ?? {};
    const loss = (by: number) =>
      crossEntropyOf(images.labels, predict(tempered(head, by), images.values, 400), classes) ?? NaN;
    for (const other of [1, temperature * 0.8, temperature * 1.25])
      assert.ok(loss(temperature) < loss(other), `${temperature}, not ${other}`);
  });

  it('keeps the order of classes at any temperature, but for ties in the last digit', () => {
    const values = fc.float32Array({
      minLength: dimension,
      maxLength: dimension,
      noNaN: true,
      min: -5,
      max: 5,
    });
    fc.assert(
      fc.property(values, fc.double({ min: 1 / 16, max: 16, noNaN: true }), (image, temperature) => {
        const plain = predict(head, image, 1);
        const warm = predict(tempered(head, temperature), image, 1);
        const [first = 0, second = 0] = [...plain].sort((a, b) => b - a);
        if (first - second < 1e-3) return;
        assert.equal(topAnswers(warm, classes)[0]?.predicted, topAnswers(plain, classes)[0]?.predicted);
      }),
    );
  });
});
