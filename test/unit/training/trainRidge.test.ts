import assert from 'node:assert/strict';
import fc from 'fast-check';
import { seededRandom } from '../../../src/base';
import { plainProduct64 } from '../../../src/runtimes';
import { fitTemperature, trainRidge, type RidgeProblem, type RidgeTrial } from '../../../src/training';
import { ridgeSystem } from '../../../src/training/ridgeSystem';
import { naiveRidge } from '../../support/naiveRidge';
import { clouds, logitsOf } from '../../support/softmaxProblem';

const classes = 3;

function problemOf(n: number, dimension: number, seed: number, weighted = false): RidgeProblem {
  const training = clouds(n, dimension, classes, seed, 2);
  // Off centre, as real values are: the bias has something to do.
  const values = training.values.map((value, i) => 2 * value + 1 + (i % dimension) / dimension);
  const random = seededRandom(seed);
  const imageWeights = weighted ? Float64Array.from({ length: n }, () => 0.2 + 2 * random()) : undefined;
  return { training: { ...training, values }, dimension, classes, imageWeights };
}

function without({ training, imageWeights, ...problem }: RidgeProblem, left: number): RidgeProblem {
  const keep = [...training.labels.keys()].filter((row) => row !== left);
  const values = keep.flatMap((row) => [...rowOf({ ...problem, training }, row)]);
  return {
    ...problem,
    training: {
      values: Float32Array.from(values),
      labels: Int32Array.from(keep, (row) => training.labels[row] ?? NaN),
    },
    imageWeights: imageWeights && Float64Array.from(keep, (row) => imageWeights[row] ?? NaN),
  };
}

function rowOf({ training, dimension }: RidgeProblem, row: number): Float32Array {
  return training.values.subarray(row * dimension, (row + 1) * dimension);
}

function worstDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  assert.equal(a.length, b.length);
  let worst = 0;
  for (let i = 0; i < a.length; i++) worst = Math.max(worst, Math.abs((a[i] ?? NaN) - (b[i] ?? NaN)));
  return worst;
}

describe('ridgeSystem', () => {
  for (const [form, n, dimension] of [
    ['more values than images', 24, 60],
    ['more images than values', 90, 7],
  ] as const)
    for (const weighted of [false, true])
      it(`with ${form}${weighted ? ', weighted,' : ''} leaves each image out as a fit to the others does`, async () => {
        for (const penalty of [0.003, 0.3, 30]) {
          const problem = problemOf(n, dimension, 5, weighted);
          const { leaveOneOut, error } = await (await ridgeSystem(problem, plainProduct64)).solve(penalty);
          const refitted = [...problem.training.labels.keys()].flatMap((row) =>
            naiveRidge(without(problem, row), penalty)(rowOf(problem, row)),
          );
          const difference = worstDifference(leaveOneOut, refitted);
          assert.ok(difference < 1e-8, `penalty ${penalty}: ${difference}`);
          const weights = problem.imageWeights ?? new Float64Array(n).fill(1);
          const expected = refitted.reduce((sum, score, i) => {
            const row = Math.floor(i / classes);
            const target = problem.training.labels[row] === i % classes ? 1 : -1;
            return sum + (weights[row] ?? NaN) * (score - target) ** 2;
          }, 0);
          assert.ok(Math.abs(error - expected / weights.reduce((a, b) => a + b)) < 1e-8);
        }
      });

  it('leaves out as itself does when it is fitted to the others', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 4, max: 30 }),
        fc.integer({ min: 1, max: 40 }),
        fc.double({ min: 0.001, max: 10, noNaN: true }),
        fc.nat(1000),
        async (n, dimension, penalty, seed) => {
          const problem = problemOf(n, dimension, seed);
          const { leaveOneOut } = await (await ridgeSystem(problem, plainProduct64)).solve(penalty);
          const left = seed % n;
          const refit = await (await ridgeSystem(without(problem, left), plainProduct64)).solve(penalty);
          const { weights, bias } = await refit.head();
          const scores = Array.from(bias, (start, c) =>
            rowOf(problem, left).reduce((sum, v, i) => sum + v * (weights[i * classes + c] ?? NaN), start),
          );
          const own = leaveOneOut.subarray(left * classes, (left + 1) * classes);
          assert.ok(worstDifference(own, scores) < 1e-8, String(worstDifference(own, scores)));
        },
      ),
      { numRuns: 60 },
    );
  });

  it('is the same fit for a weight of two and for an image that is there twice', async () => {
    const problem = problemOf(20, 8, 3);
    const { values, labels } = problem.training;
    const twice = {
      ...problem,
      training: {
        values: Float32Array.of(...values, ...rowOf(problem, 4)),
        labels: Int32Array.of(...labels, labels[4] ?? NaN),
      },
    };
    const imageWeights = new Float64Array(20).fill(1);
    imageWeights[4] = 2;
    const [a, b] = await Promise.all(
      [twice, { ...problem, imageWeights }].map(async (each) =>
        (await (await ridgeSystem(each, plainProduct64)).solve(0.1)).head(),
      ),
    );
    assert.ok(worstDifference(a?.weights ?? [], b?.weights ?? [NaN]) < 1e-10);
    assert.ok(worstDifference(a?.bias ?? [], b?.bias ?? [NaN]) < 1e-10);
  });

  it('takes images in chunks', async () => {
    const problem = problemOf(2100, 6, 4);
    const solution = await (await ridgeSystem(problem, plainProduct64)).solve(0.1);
    for (const row of [0, 2047, 2048, 2099]) {
      const refitted = naiveRidge(without(problem, row), 0.1)(rowOf(problem, row));
      const own = solution.leaveOneOut.subarray(row * classes, (row + 1) * classes);
      assert.ok(worstDifference(own, refitted) < 1e-8);
    }
    assert.equal((await solution.head()).weights.length, 6 * classes);
  });

  it('takes images that are all the same', async () => {
    const problem = problemOf(4, 3, 1);
    const same = { ...problem, training: { ...problem.training, values: new Float32Array(12).fill(2) } };
    const { leaveOneOut } = await (await ridgeSystem(same, plainProduct64)).solve(0.1);
    assert.ok(worstDifference(leaveOneOut.subarray(0, 3), [-1 / 3, -1 / 3, -1 / 3]) < 1e-12);
  });
});

describe('trainRidge', () => {
  it('gives the fit to all images, divided by the temperature of leave-one-out', async () => {
    const problem = problemOf(30, 50, 8);
    const trained = await trainRidge({ ...problem, penalties: [0.1] }, plainProduct64);
    assert.equal(trained.penalty, 0.1);
    const scores = trained.leaveOneOut.map((logit) => logit * trained.temperature);
    const expected = fitTemperature(scores, problem.training.labels, classes);
    assert.ok(Math.abs(trained.temperature / expected - 1) < 1e-5);
    const fit = naiveRidge(problem, 0.1);
    logitsOf(trained.head, problem.training.values).forEach((logits, row) => {
      const wanted = fit(rowOf(problem, row)).map((score) => score / trained.temperature);
      assert.ok(worstDifference(logits, wanted) < 1e-4);
    });
  });

  it('takes a penalty whose neighbours leave a larger error, and reports all it has tried', async () => {
    for (const [n, dimension, spread] of [
      [30, 60, 1],
      [40, 5, 4],
      [60, 30, 12],
    ] as const) {
      const training = clouds(n, dimension, classes, n, spread);
      const reported: RidgeTrial[] = [];
      const penalties = [0.001, 0.01, 0.1, 1, 10, 100, 1000];
      const { penalty, trials } = await trainRidge(
        { training, dimension, classes, penalties },
        plainProduct64,
        { report: (trial) => reported.push(trial) },
      );
      assert.deepEqual(reported, trials);
      assert.equal(new Set(trials.map((trial) => trial.penalty)).size, trials.length);
      const errorOf = (wanted: number | undefined): number =>
        wanted === undefined ? Infinity : (trials.find((trial) => trial.penalty === wanted)?.error ?? NaN);
      const at = penalties.indexOf(penalty);
      assert.ok(errorOf(penalty) <= errorOf(penalties[at - 1]));
      assert.ok(errorOf(penalty) <= errorOf(penalties[at + 1]));
    }
  });

  it('is fitted to other rows under the penalty and the temperature that its own images choose', async () => {
    const problem = problemOf(30, 50, 8);
    const more = problemOf(75, 50, 9, true);
    const plain = await trainRidge(problem, plainProduct64);
    const { head, ...chosen } = await trainRidge({ ...problem, fitted: more }, plainProduct64);
    const { head: other, ...expected } = plain;
    assert.deepEqual(chosen, expected);
    assert.notDeepEqual(head, other);
    const fit = naiveRidge(more, chosen.penalty);
    logitsOf(head, more.training.values).forEach((logits, row) => {
      const wanted = fit(rowOf(more, row)).map((score) => score / chosen.temperature);
      assert.ok(worstDifference(logits, wanted) < 1e-4);
    });
  });

  it('repeats itself bit for bit', async () => {
    const problem = problemOf(30, 50, 8);
    const [a, b] = [await trainRidge(problem, plainProduct64), await trainRidge(problem, plainProduct64)];
    assert.deepEqual(a, b);
  });

  it('throws what aborts it', async () => {
    const signal = AbortSignal.abort();
    await assert.rejects(trainRidge(problemOf(10, 5, 1), plainProduct64, { signal }), { name: 'AbortError' });
  });

  it('refuses shapes that do not fit, a single image, and penalties that are none', async () => {
    const problem = problemOf(10, 5, 1);
    await assert.rejects(
      trainRidge({ ...problem, dimension: 4 }, plainProduct64),
      /50 values are not 10 rows/,
    );
    await assert.rejects(trainRidge({ ...problem, classes: 2 }, plainProduct64), /not one of the 2 classes/);
    await assert.rejects(trainRidge(problemOf(1, 5, 1), plainProduct64), /takes two images/);
    await assert.rejects(trainRidge({ ...problem, penalties: [] }, plainProduct64), /above zero/);
    await assert.rejects(trainRidge({ ...problem, penalties: [0] }, plainProduct64), /above zero/);
    const imageWeights = new Float64Array(10);
    await assert.rejects(
      trainRidge({ ...problem, imageWeights }, plainProduct64),
      /image weights above zero/,
    );
  });
});
