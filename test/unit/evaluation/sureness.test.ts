import assert from 'node:assert/strict';
import fc from 'fast-check';
import { answersSureness, surenessOf, topAnswers } from '../../../src/evaluation';
import { probabilitiesOf } from '../../../src/training';

/** Images with their true classes and probabilities [n, classes]. */
const answered = fc
  .record({ classes: fc.integer({ min: 2, max: 8 }), n: fc.integer({ min: 1, max: 40 }) })
  .chain(({ classes, n }) =>
    fc.record({
      classes: fc.constant(classes),
      truth: fc.array(fc.integer({ min: 0, max: classes - 1 }), { minLength: n, maxLength: n }),
      logits: fc.array(fc.double({ min: -6, max: 6, noNaN: true }), {
        minLength: n * classes,
        maxLength: n * classes,
      }),
    }),
  )
  .map(({ classes, truth, logits }) => ({
    classes,
    truth: Int32Array.from(truth),
    probabilities: probabilitiesOf(Float64Array.from(logits), classes),
  }));

describe('how sure answers are', () => {
  it('counts for every threshold what a person would count by hand', () => {
    fc.assert(
      fc.property(answered, ({ classes, truth, probabilities }) => {
        const answers = topAnswers(probabilities, classes);
        for (const { threshold, answered, right } of surenessOf(truth, probabilities, classes)?.reject ??
          []) {
          const given = [...answers.keys()].filter((i) => (answers[i]?.probability ?? 0) >= threshold);
          assert.equal(answered, given.length);
          assert.equal(right, given.filter((i) => answers[i]?.predicted === truth[i]).length);
        }
      }),
    );
  });

  it('has rising shares of photos among the likeliest, for fewer than all classes, the first being the accuracy', () => {
    fc.assert(
      fc.property(answered, ({ classes, truth, probabilities }) => {
        const topK = surenessOf(truth, probabilities, classes)?.topK ?? [];
        assert.deepEqual(
          topK.map(({ k }) => k),
          [1, 3, 5].filter((k) => k < classes),
        );
        topK.forEach(({ accuracy }, i) => assert.ok(accuracy >= (topK[i - 1]?.accuracy ?? 0)));
        const right = topAnswers(probabilities, classes).filter(({ predicted }, i) => predicted === truth[i]);
        assert.equal(topK[0]?.accuracy, right.length / truth.length);
      }),
    );
  });

  it('is the same of the answers alone but for the likeliest ones, and nothing of no image', () => {
    const truth = Int32Array.of(0, 1);
    const probabilities = Float32Array.of(0.9, 0.1, 0.6, 0.4);
    const whole = surenessOf(truth, probabilities, 2);
    assert.deepEqual(answersSureness(truth, topAnswers(probabilities, 2)), { ...whole, topK: [] });
    assert.equal(surenessOf(new Int32Array(0), new Float32Array(0), 2), null);
  });
});
