import assert from 'node:assert/strict';
import fc from 'fast-check';
import { seededRandom } from '../../../src/base';
import { plainProduct64 } from '../../../src/runtimes';
import {
  fitRidge,
  fitRidgeHead,
  plainProduct,
  trainRidge,
  type Epoch,
  type Head,
} from '../../../src/training';
import { mostSolved } from '../../../src/training/fitRidge';
import { descendRidge } from '../../../src/training/ridgeDescent';
import { ridgeSystem } from '../../../src/training/ridgeSystem';
import { clouds, logitsOf } from '../../support/softmaxProblem';

const classes = 3;
const products = { multiply: plainProduct, multiply64: plainProduct64 };
const patient = { maxEpochs: 2000, tolerance: 1e-13, temperature: 1, validation: null };

/** Off centre, as real values are. */
function problemOf(n: number, dimension: number, seed: number, weighted = false) {
  const training = clouds(n, dimension, classes, seed, 2);
  const random = seededRandom(seed);
  return {
    training: { ...training, values: training.values.map((value) => 2 * value + 1) },
    dimension,
    classes,
    imageWeights: weighted ? Float64Array.from({ length: n }, () => 0.2 + 2 * random()) : undefined,
  };
}

async function solved(problem: ReturnType<typeof problemOf>, penalty: number): Promise<Head> {
  const { weights, bias } = await (await (await ridgeSystem(problem, plainProduct64)).solve(penalty)).head();
  return { weights: Float32Array.from(weights), bias: Float32Array.from(bias) };
}

/** The largest difference of the scores, by the root of the mean square of the first ones. */
function distance(values: Float32Array, a: Head, b: Head): number {
  const [first, second] = [logitsOf(a, values).flat(), logitsOf(b, values).flat()];
  const size = Math.sqrt(first.reduce((sum, score) => sum + score ** 2, 0) / first.length);
  return Math.max(...first.map((score, i) => Math.abs(score - (second[i] ?? NaN)))) / size;
}

describe('descendRidge', () => {
  it('comes to the head of the closed form, whatever has more: values or images, with weights and without', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 3, max: 60 }),
        fc.integer({ min: 1, max: 50 }),
        fc.double({ min: 0.01, max: 10, noNaN: true }),
        fc.boolean(),
        fc.nat(1000),
        async (n, dimension, penalty, weighted, seed) => {
          const problem = problemOf(n, dimension, seed, weighted);
          const { head } = await descendRidge({ ...problem, ...patient, penalty }, plainProduct);
          const off = distance(problem.training.values, await solved(problem, penalty), head);
          // Under the least penalty float32 products leave up to 0.001.
          assert.ok(off < 5e-3, `${off}`);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('begins where no class is likelier than another, tells each epoch, and measures validation beside training', async () => {
    const problem = problemOf(60, 20, 3);
    const validation = clouds(30, 20, classes, 3, 2);
    const told: Epoch[] = [];
    const { curve } = await descendRidge(
      { ...problem, ...patient, validation, penalty: 0.1, temperature: 1, tolerance: 1e-5 },
      plainProduct,
      { report: (epoch) => told.push(epoch) },
    );
    assert.deepEqual(told, curve);
    const [first, last] = [curve[0], curve.at(-1)];
    assert.ok(first && last && last.validation);
    assert.ok(Math.abs(first.training.crossEntropy - Math.log(classes)) < 1e-12);
    assert.ok(last.training.accuracy > 0.6 && last.training.crossEntropy < first.training.crossEntropy);
  });

  it('is the same bit for bit the second time, and ends when it is told to', async () => {
    const task = { ...problemOf(40, 30, 1), ...patient, penalty: 0.1, tolerance: 1e-6 };
    const [once, again] = [await descendRidge(task, plainProduct), await descendRidge(task, plainProduct)];
    assert.deepEqual(again, once);
    const abort = new AbortController();
    const running = descendRidge(task, plainProduct, {
      signal: abort.signal,
      report: ({ epoch }) => {
        if (epoch === 2) abort.abort(new Error('enough'));
      },
    });
    await assert.rejects(running, /enough/);
  });
});

describe('fitRidge', () => {
  it('is the closed form where there are few images, with a curve that ends beside it', async () => {
    const problem = problemOf(90, 30, 5);
    const fitted = await fitRidge({ ...problem, validation: null }, products);
    const { head, penalty, temperature, trials } = await trainRidge(problem, plainProduct64);
    assert.deepEqual(
      [fitted.head, fitted.penalty, fitted.temperature, fitted.trials, fitted.chosenOn],
      [head, penalty, temperature, trials, 90],
    );
    const { signal } = new AbortController();
    assert.deepEqual(await fitRidgeHead(problem, products, { signal }), head);
    const scores = Float64Array.from(logitsOf(head, problem.training.values).flat());
    const right = problem.training.labels.reduce((sum, label, row) => {
      const own = scores.subarray(row * classes, (row + 1) * classes);
      return sum + (own.indexOf(Math.max(...own)) === label ? 1 : 0);
    }, 0);
    assert.equal(fitted.curve.at(-1)?.training.accuracy, right / 90);
  });

  it('chooses on an even share of many images, and comes to a head of all of them', async () => {
    const n = mostSolved + 300;
    const problem = problemOf(n, 12, 7);
    const fitted = await fitRidge({ ...problem, validation: null, penalties: [0.1, 1, 10] }, products);
    assert.equal(fitted.chosenOn, mostSolved);
    const whole = await solved(problem, fitted.penalty);
    const scaled: Head = {
      weights: whole.weights.map((weight) => weight / fitted.temperature),
      bias: whole.bias.map((value) => value / fitted.temperature),
    };
    const off = distance(problem.training.values, scaled, fitted.head);
    assert.ok(off < 0.05, `${off}`);
  });

  it('is fitted to other rows than those that choose, where there are views', async () => {
    const problem = problemOf(30, 10, 2);
    const views = problemOf(60, 10, 2);
    const fitted = { training: views.training, imageWeights: new Float64Array(60).fill(0.5) };
    const both = await fitRidge({ ...problem, validation: null, fitted }, products);
    const plain = await trainRidge({ ...problem, fitted }, plainProduct64);
    assert.deepEqual([both.head, both.chosenOn], [plain.head, 30]);
  });
});
