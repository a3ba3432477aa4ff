import assert from 'node:assert/strict';
import fc from 'fast-check';
import { predict } from '../../../src/models';
import { plainProduct, type Head } from '../../../src/training';
import { clouds, logitsOf } from '../../support/softmaxProblem';

const answers = (head: Head, values: Float32Array, n: number) =>
  predict({ kind: 'linear', head }, values, n, plainProduct);

describe('predict', () => {
  it('agrees with values worked out by hand', async () => {
    // Logits 1*1 + 2*0 + 0 = 1 and 1*0 + 2*1 + 0.5 = 2.5.
    const head = { weights: Float32Array.of(1, 0, 0, 1), bias: Float32Array.of(0, 0.5) };
    const [first = NaN, second = NaN] = await answers(head, Float32Array.of(1, 2), 1);
    assert.ok(Math.abs(first - 1 / (1 + Math.exp(1.5))) < 1e-7);
    assert.ok(Math.abs(second - 1 / (1 + Math.exp(-1.5))) < 1e-7);
  });

  it('gives each image probabilities that sum to 1, the largest to the largest logit', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 1e6 }),
        fc.integer({ min: 1, max: 9 }),
        async (seed, classes) => {
          const [n, dimension] = [5, 8];
          const head = {
            weights: clouds(dimension, classes, 1, seed).values,
            bias: clouds(1, classes, 1, seed + 1).values,
          };
          const { values } = clouds(n, dimension, 1, seed + 2);
          const probabilities = await answers(head, values, n);
          logitsOf(head, values).forEach((logits, row) => {
            const scores = [...probabilities.subarray(row * classes, (row + 1) * classes)];
            assert.ok(Math.abs(scores.reduce((sum, score) => sum + score, 0) - 1) < 1e-6);
            assert.equal(scores.indexOf(Math.max(...scores)), logits.indexOf(Math.max(...logits)));
          });
        },
      ),
    );
  });

  it('does not overflow', async () => {
    const head = { weights: Float32Array.of(1e30, -1e30), bias: Float32Array.of(0, 0) };
    assert.deepEqual([...(await answers(head, Float32Array.of(1e8), 1))], [1, 0]);
    assert.deepEqual([...(await answers(head, Float32Array.of(-1e8), 1))], [0, 1]);
  });

  it('answers nothing to nothing, and refuses what is not whole rows', async () => {
    const head = { weights: Float32Array.of(1, 0, 0, 1), bias: Float32Array.of(0, 0) };
    assert.equal((await answers(head, new Float32Array(0), 0)).length, 0);
    await assert.rejects(answers(head, new Float32Array(3), 1), /3 values are not 1 rows of 2/);
  });
});
