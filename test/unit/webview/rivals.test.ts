import assert from 'node:assert/strict';
import type { CrossValidatedHead, HeadKind } from '../../../src/protocol';
import { bestHead, overlapping } from '../../../src/webview/panel/rivals';

const headOf = (head: HeadKind, accuracy: number, half: number, crossEntropy = 0.3): CrossValidatedHead => ({
  head,
  accuracy,
  interval: { low: accuracy - half, high: accuracy + half },
  macroRecall: accuracy,
  accuracies: [],
  crossEntropy,
  calibrationError: 0,
  confusion: [],
  seconds: 0,
});

describe('bestHead', () => {
  it('is the most accurate, of equals the one with the least log loss, and none of none', () => {
    const [a, b, c] = [
      headOf('softmax', 0.8, 0.1),
      headOf('ridge', 0.9, 0.1, 0.5),
      headOf('hidden', 0.9, 0.1, 0.4),
    ];
    assert.equal(bestHead([a, b, c])?.head, 'hidden');
    assert.equal(bestHead([a])?.head, 'softmax');
    assert.equal(bestHead([]), undefined);
  });
});

describe('overlapping', () => {
  it('names the others whose intervals touch, from above, below and within', () => {
    const one = headOf('ridge', 0.8, 0.05);
    const others = [
      headOf('softmax', 0.9, 0.0500001),
      headOf('neighbours', 0.7, 0.04),
      headOf('centroid', 0.8, 0.2),
      headOf('hidden', 0.81, 0.001),
    ];
    assert.deepEqual(
      overlapping(one, [one, ...others]).map(({ head }) => head),
      ['softmax', 'centroid', 'hidden'],
    );
  });
});
