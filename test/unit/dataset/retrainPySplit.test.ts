import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { retrainPyPath, retrainPyPercentage, retrainPySide } from '../../../src/dataset';

/** Computed by retrain.py's own expression in Python. */
const vectors: readonly (readonly [string, number])[] = [
  ['flower_photos/daisy/100080576_f52e8ee070_n.jpg', 64.65381655584139],
  ['/data/flower_photos/daisy/100080576_f52e8ee070_n.jpg', 22.055859283028983],
  ['flower_photos/roses/leaf7_nohash_0.jpg', 88.5564304035636],
  ['flower_photos/roses/leaf7_nohash_1.jpg', 88.5564304035636],
  ['数据/猫/图1.png', 18.541543323856168],
  ['a.jpg', 81.5861566482943],
];

describe("retrain.py's split", () => {
  for (const [file, percentage] of vectors)
    it(`places ${file}`, () => assert.equal(retrainPyPercentage(file), percentage));

  it('is the sha1 as one number, modulo 2^27, for any path', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (file) => {
        const name = file.replace(/_nohash_.*$/s, '');
        const number = BigInt(`0x${createHash('sha1').update(name).digest('hex')}`) % 2n ** 27n;
        assert.equal(retrainPyPercentage(file), Number(number) * (100 / (2 ** 27 - 1)));
      }),
    );
  });

  it('gives validation first, then testing, then training', () => {
    // 64.65...
    const file = 'flower_photos/daisy/100080576_f52e8ee070_n.jpg';
    assert.equal(retrainPySide(file, { validation: 65, testing: 10 }), 'validation');
    assert.equal(retrainPySide(file, { validation: 60, testing: 10 }), 'testing');
    assert.equal(retrainPySide(file, { validation: 10, testing: 10 }), 'training');
  });

  it('hashes the folder as it was given', () => {
    assert.equal(retrainPyPath('flower_photos', 'daisy/a.jpg'), 'flower_photos/daisy/a.jpg');
    assert.equal(retrainPyPath('./flower_photos/', 'daisy/a.jpg'), './flower_photos/daisy/a.jpg');
    assert.equal(retrainPyPath('/', 'daisy/a.jpg'), '/daisy/a.jpg');
  });
});
