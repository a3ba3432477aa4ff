import assert from 'node:assert/strict';
import { crossEntropyOf, topAnswers } from '../../../src/evaluation';

// Exact in float32.
const probabilities = Float32Array.of(0.5, 0.25, 0.25, 0.125, 0.875, 0, 0.25, 0.25, 0.5, 0.125, 0.75, 0.125);

describe('topAnswers', () => {
  it('are the likeliest classes, the first of equals', () => {
    assert.deepEqual(topAnswers(probabilities, 3), [
      { predicted: 0, probability: 0.5 },
      { predicted: 1, probability: 0.875 },
      { predicted: 2, probability: 0.5 },
      { predicted: 1, probability: 0.75 },
    ]);
    assert.deepEqual(topAnswers(Float32Array.of(0.5, 0.5), 2), [{ predicted: 0, probability: 0.5 }]);
  });
});

describe('crossEntropyOf', () => {
  it('is the mean of -ln of the probability of the truth', () => {
    const expected = (Math.log(2) + Math.log(8) + Math.log(4) + Math.log(8)) / 4;
    const found = crossEntropyOf(Int32Array.of(0, 0, 1, 2), probabilities, 3);
    assert.ok(Math.abs((found ?? NaN) - expected) < 1e-12);
  });

  it('stays finite where the truth got no probability at all', () => {
    const found = crossEntropyOf(Int32Array.of(1), Float32Array.of(1, 0), 2);
    assert.ok(Math.abs((found ?? NaN) - 149 * Math.log(2)) < 1e-9);
  });

  it('is null of no image', () => {
    assert.equal(crossEntropyOf(new Int32Array(0), new Float32Array(0), 2), null);
  });
});
