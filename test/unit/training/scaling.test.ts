import assert from 'node:assert/strict';
import fc from 'fast-check';
import { fold, scale, unscaleInPlace } from '../../../src/training';
import { clouds, logitsOf } from '../../support/softmaxProblem';

const scaling = {
  mean: Float32Array.of(1, -2, 0.5),
  deviation: Float32Array.of(2, 0.5, 0),
};

describe('scale', () => {
  it('takes the mean off and divides by the deviation; a value that never varied becomes 0', () => {
    assert.deepEqual([...scale(Float32Array.of(3, -1, 9, 1, -2, 0.5), scaling)], [1, 2, 0, 0, 0, 0]);
  });

  it('leaves its input as it was', () => {
    const values = Float32Array.of(3, -1, 9);
    scale(values, scaling);
    assert.deepEqual([...values], [3, -1, 9]);
  });

  it('is undone, up to a value that never varied, which becomes its mean', () => {
    const values = scale(Float32Array.of(3, -1, 9, 1, -2, 0.5), scaling);
    unscaleInPlace(values, scaling);
    assert.deepEqual([...values], [3, -1, 0.5, 1, -2, 0.5]);
  });

  it('refuses what is not whole rows', () => {
    assert.throws(() => scale(new Float32Array(4), scaling), /4 values are not rows of 3/);
  });
});

describe('fold', () => {
  it('gives on raw values the logits that the head gives on scaled ones', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e6 }), fc.integer({ min: 1, max: 6 }), (seed, classes) => {
        const dimension = 50;
        const values = clouds(20, dimension, 4, seed).values;
        const scaling = {
          mean: clouds(1, dimension, 1, seed + 1).values,
          deviation: clouds(1, dimension, 1, seed + 2).values.map((v, i) =>
            i === 7 ? 0 : 0.1 + Math.abs(v),
          ),
        };
        const head = {
          weights: clouds(dimension, classes, 1, seed + 3).values,
          bias: clouds(1, classes, 1, seed + 4).values,
        };
        const onScaled = logitsOf(head, scale(values, scaling)).flat();
        const onRaw = logitsOf(fold(head, scaling), values).flat();
        onScaled.forEach((logit, i) => {
          const difference = Math.abs(logit - (onRaw[i] ?? NaN));
          assert.ok(difference < 1e-4 * (1 + Math.abs(logit)), `differs by ${difference} of ${logit}`);
        });
      }),
      { numRuns: 50 },
    );
  });
});
