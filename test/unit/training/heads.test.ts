import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  balancedWeights,
  chooseSoftmax,
  logitsOf as logitsBy,
  onRawValues,
  scale,
  plainProduct,
  trainByGradient,
  trainCentroid,
  trainNeighbours,
  trainSoftmax,
  type GradientTask,
  type TrainedHead,
  type TrainingSet,
} from '../../../src/training';
import { clouds } from '../../support/softmaxProblem';

const [dimension, classes] = [12, 3];

const logitsOf = (trained: TrainedHead, values: Float32Array, n: number) =>
  logitsBy(trained, values, n, plainProduct);

async function accuracyOf(trained: TrainedHead, { values, labels }: TrainingSet): Promise<number> {
  const logits = await logitsOf(trained, values, labels.length);
  let right = 0;
  labels.forEach((label, row) => {
    const own = logits.subarray(row * classes, (row + 1) * classes);
    if (own.indexOf(Math.max(...own)) === label) right++;
  });
  return right / labels.length;
}

/** Two rings about the origin, of radius 1 and 3: no linear head tells them apart. */
function rings(n: number): TrainingSet {
  const labels = Int32Array.from({ length: n }, (_, row) => row % 2);
  const values = Array.from(labels, (label, row) => [
    (1 + 2 * label) * Math.cos(2.4 * row),
    (1 + 2 * label) * Math.sin(2.4 * row),
  ]);
  return { values: Float32Array.from(values.flat()), labels };
}

const gradient: GradientTask = {
  training: clouds(60, dimension, classes, 1),
  validation: null,
  dimension,
  classes,
  hidden: 0,
  stepRule: { kind: 'adam', learningRate: 0.05 },
  batchSize: 20,
  steps: 200,
  measureEvery: 10,
  patience: 50,
  labelSmoothing: 0,
  seed: 1,
};

describe('balancedWeights', () => {
  it('let every class that has images weigh the same, 1 an image on average', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(4), { minLength: 1 }), (list) => {
        const labels = Int32Array.from(list);
        const weights = balancedWeights(labels, 6);
        const sums = new Map<number, number>();
        labels.forEach((label, row) => sums.set(label, (sums.get(label) ?? 0) + (weights[row] ?? NaN)));
        for (const sum of sums.values()) assert.ok(Math.abs(sum - labels.length / sums.size) < 1e-9);
      }),
    );
  });
});

describe('trainCentroid', () => {
  it('answers with the class whose mean is nearest', async () => {
    const { values, labels } = clouds(40, dimension, classes, 2, 3);
    const { head, temperature } = await trainCentroid(
      { training: { values, labels }, dimension, classes },
      plainProduct,
    );
    assert.ok(temperature > 0);
    const logits = await logitsOf({ kind: 'linear', head }, values, 40);
    const means = Array.from({ length: classes }, (_, c) => {
      const rows = [...labels.keys()].filter((row) => labels[row] === c);
      return Array.from(
        { length: dimension },
        (_, i) => rows.reduce((sum, row) => sum + (values[row * dimension + i] ?? NaN), 0) / rows.length,
      );
    });
    labels.forEach((_, row) => {
      const distances = means.map((mean) =>
        mean.reduce((sum, value, i) => sum + (value - (values[row * dimension + i] ?? NaN)) ** 2, 0),
      );
      const own = logits.subarray(row * classes, (row + 1) * classes);
      assert.equal(own.indexOf(Math.max(...own)), distances.indexOf(Math.min(...distances)));
    });
  });

  it('takes classes of one image and of none', async () => {
    const { values } = clouds(3, dimension, 1, 3);
    const training = { values, labels: Int32Array.of(0, 0, 1) };
    const { head } = await trainCentroid({ training, dimension, classes: 3 }, plainProduct);
    const logits = await logitsOf({ kind: 'linear', head }, values, 3);
    assert.ok(logits.every(Number.isFinite));
    assert.ok([2, 5, 8].every((at) => (logits[at] ?? 0) < -1e8));
  });
});

describe('trainNeighbours', () => {
  it('lets the k nearest vote, k chosen by leaving each image out', async () => {
    const training = clouds(60, dimension, classes, 4, 2);
    const { neighbours } = await trainNeighbours({ training, dimension, classes }, plainProduct);
    assert.ok([1, 3, 5, 10, 20].includes(neighbours.k));
    const held = clouds(30, dimension, classes, 4, 2);
    assert.ok((await accuracyOf({ kind: 'neighbours', neighbours }, held)) > 0.6);
    // By hand, for one image.
    const cosine = (row: number): number => {
      const [a, b] = [
        held.values.subarray(0, dimension),
        training.values.subarray(row * dimension, (row + 1) * dimension),
      ];
      return a.reduce((sum, value, i) => sum + value * (b[i] ?? NaN), 0) / Math.hypot(...b);
    };
    const nearest = [...training.labels.keys()].sort((a, b) => cosine(b) - cosine(a)).slice(0, neighbours.k);
    const shares = [0, 1, 2].map(
      (c) => (nearest.filter((row) => training.labels[row] === c).length + 1 / 3) / (neighbours.k + 1),
    );
    const logits = await logitsOf({ kind: 'neighbours', neighbours }, held.values.subarray(0, dimension), 1);
    shares.forEach((share, c) => {
      assert.ok(Math.abs((logits[c] ?? NaN) * neighbours.temperature - Math.log(share)) < 1e-9);
    });
  });

  it('takes one image and an image of zeros', async () => {
    const training = { values: new Float32Array(dimension), labels: Int32Array.of(1) };
    const { neighbours } = await trainNeighbours({ training, dimension, classes }, plainProduct);
    const logits = await logitsOf({ kind: 'neighbours', neighbours }, new Float32Array(dimension), 1);
    assert.equal(logits.indexOf(Math.max(...logits)), 1);
  });
});

describe('leave-one-out of neighbours', () => {
  it('asks each image of the others alone, as a search without it does', async () => {
    const training = clouds(40, dimension, classes, 3, 3);
    const { trials } = await trainNeighbours(
      { training, dimension, classes, candidates: [1, 3] },
      plainProduct,
    );
    for (const { k, error } of trials) {
      let wrong = 0;
      for (const row of training.labels.keys()) {
        const others = [...training.labels.keys()].filter((other) => other !== row);
        const rest = {
          values: Float32Array.from(
            others.flatMap((other) => [
              ...training.values.subarray(other * dimension, (other + 1) * dimension),
            ]),
          ),
          labels: Int32Array.from(others, (other) => training.labels[other] ?? 0),
        };
        const { neighbours } = await trainNeighbours(
          { training: rest, dimension, classes, candidates: [k] },
          plainProduct,
        );
        const own = training.values.subarray(row * dimension, (row + 1) * dimension);
        const logits = await logitsOf({ kind: 'neighbours', neighbours }, own, 1);
        if (logits.indexOf(Math.max(...logits)) !== training.labels[row]) wrong++;
      }
      assert.ok(Math.abs(error - wrong / 40) < 1e-9, `k ${k}: ${error}, not ${wrong} of 40`);
    }
  });

  it('lets no image vote on its twin or on a view of it, and asks about the images alone', async () => {
    // Labels by chance: only a twin could know them.
    const { values } = clouds(30, dimension, 1, 5);
    const labels = Int32Array.from({ length: 30 }, (_, row) => (row * 7 + (row >> 2)) % classes);
    const twice = {
      values: Float32Array.from([...values, ...values]),
      labels: Int32Array.from([...labels, ...labels]),
    };
    const task = { training: twice, dimension, classes, candidates: [1] };
    const groups = Array.from({ length: 60 }, (_, row) => String(row % 30));
    const blind = await trainNeighbours({ ...task, groups, asked: 30 }, plainProduct);
    assert.ok((blind.trials[0]?.error ?? 0) > 0.3);
    assert.equal((await trainNeighbours(task, plainProduct)).trials[0]?.error, 0);
    const alone = { values, labels };
    const single = await trainNeighbours({ ...task, training: alone }, plainProduct);
    assert.equal(blind.trials[0]?.error, single.trials[0]?.error);
  });

  it('does not depend on how a runtime rounds', async () => {
    const training = clouds(60, dimension, classes, 4, 3);
    const coarse: typeof plainProduct = async (a, b, options) => {
      const product = await plainProduct(a, b, options);
      return { ...product, data: product.data.map((value, i) => value + ((i % 7) - 3) * 1e-6) };
    };
    const [exact, rounded] = [
      await trainNeighbours({ training, dimension, classes }, plainProduct),
      await trainNeighbours({ training, dimension, classes }, coarse),
    ];
    assert.deepEqual(rounded, exact);
    const { neighbours } = exact;
    const { values } = clouds(20, dimension, classes, 9);
    assert.deepEqual(
      await logitsBy({ kind: 'neighbours', neighbours }, values, 20, coarse),
      await logitsBy({ kind: 'neighbours', neighbours }, values, 20, plainProduct),
    );
  });
});

describe('onRawValues', () => {
  it('gives on raw values what a head of any kind gives on scaled ones', async () => {
    const scaling = {
      mean: Float32Array.from({ length: dimension }, (_, i) => i - 4),
      deviation: Float32Array.from({ length: dimension }, (_, i) => (i === 3 ? 0 : 0.5 + i / 4)),
    };
    const raw = clouds(50, dimension, classes, 6, 2);
    const training = { ...raw, values: scale(raw.values, scaling) };
    const { neighbours } = await trainNeighbours({ training, dimension, classes }, plainProduct);
    const { head } = await trainCentroid({ training, dimension, classes }, plainProduct);
    const { trained } = await trainByGradient({ ...gradient, training, hidden: 4, steps: 20 }, plainProduct);
    for (const each of [{ kind: 'neighbours', neighbours }, { kind: 'linear', head }, trained] as const) {
      const scaled = await logitsOf(each, training.values, 50);
      const unscaled = await logitsOf(onRawValues(each, scaling), raw.values, 50);
      scaled.forEach((logit, i) => {
        assert.ok(Math.abs(logit - (unscaled[i] ?? NaN)) < 1e-3 * Math.max(1, Math.abs(logit)), each.kind);
      });
    }
  });
});

describe('trainByGradient', () => {
  it('comes to what L-BFGS finds where nothing is penalised', async () => {
    // Overlapping clouds, so that the least loss is finite.
    const training = clouds(90, 3, classes, 6, 3);
    const { trained } = await trainByGradient(
      { ...gradient, training, dimension: 3, batchSize: 90, steps: 1500, measureEvery: 1500 },
      plainProduct,
    );
    const exact = await trainSoftmax(
      { training, validation: null, dimension: 3, classes, l2: 1e-9, maxEpochs: 300 },
      plainProduct,
    );
    const logits = await logitsOf(trained, training.values, 90);
    const expected = await logitsOf({ kind: 'linear', head: exact.head }, training.values, 90);
    for (let i = 0; i < logits.length; i += classes)
      for (let c = 1; c < classes; c++) {
        const own = (logits[i + c] ?? NaN) - (logits[i] ?? NaN);
        assert.ok(Math.abs(own - ((expected[i + c] ?? NaN) - (expected[i] ?? NaN))) < 0.05);
      }
  });

  it('with a hidden layer tells rings apart, which no linear head can', async () => {
    const task = { ...gradient, training: rings(200), dimension: 2, classes: 2, steps: 400 };
    const measured = async (hidden: number) =>
      (await trainByGradient({ ...task, hidden }, plainProduct)).curve.at(-1)?.training.accuracy ?? NaN;
    assert.ok((await measured(16)) > 0.98);
    assert.ok((await measured(0)) < 0.75);
  });

  it('repeats itself with the same seed, by Adam as by plain descent', async () => {
    for (const kind of ['adam', 'sgd'] as const) {
      const task = { ...gradient, hidden: 5, stepRule: { kind, learningRate: 0.1 }, steps: 30 };
      const [a, b] = [await trainByGradient(task, plainProduct), await trainByGradient(task, plainProduct)];
      assert.deepEqual(a, b);
      const other = await trainByGradient({ ...task, seed: 2 }, plainProduct);
      assert.notDeepEqual(other.trained, a.trained);
      const [first, last] = [a.curve[0], a.curve.at(-1)];
      assert.ok((last?.training.crossEntropy ?? NaN) < (first?.training.crossEntropy ?? NaN));
    }
  });

  it('ends early, with the head that is best on validation', async () => {
    const validation = clouds(30, dimension, classes, 99, 2);
    const { trained, curve, bestEpoch } = await trainByGradient(
      { ...gradient, validation, hidden: 10, steps: 5000, patience: 5 },
      plainProduct,
    );
    assert.ok(curve.length < 500);
    const losses = curve.map((epoch) => epoch.validation?.crossEntropy ?? NaN);
    assert.equal(bestEpoch, losses.indexOf(Math.min(...losses)));
    assert.equal(await accuracyOf(trained, validation), curve[bestEpoch]?.validation?.accuracy);
  });

  it('label smoothing takes a probability of 1 - s + s / C for the truth', async () => {
    const training = clouds(3, dimension, classes, 1);
    const { trained } = await trainByGradient(
      { ...gradient, training, labelSmoothing: 0.3, steps: 1000, measureEvery: 1000 },
      plainProduct,
    );
    const logits = await logitsOf(trained, training.values, 3);
    training.labels.forEach((label, row) => {
      const own = logits.subarray(row * classes, (row + 1) * classes).map(Math.exp);
      const probability = (own[label] ?? NaN) / own.reduce((sum, value) => sum + value, 0);
      assert.ok(Math.abs(probability - 0.8) < 0.01, String(probability));
    });
  });

  it('weights move the border in favour of the class that counts more', async () => {
    const training = clouds(60, 2, 2, 5, 4);
    const shareOf = async (weight: number): Promise<number> => {
      const imageWeights = Float64Array.from(training.labels, (label) => (label === 1 ? weight : 1));
      const { trained } = await trainByGradient(
        { ...gradient, training, dimension: 2, classes: 2, imageWeights },
        plainProduct,
      );
      const logits = await logitsOf(trained, training.values, 60);
      return [...training.labels.keys()].filter((row) => (logits[2 * row + 1] ?? 0) > (logits[2 * row] ?? 0))
        .length;
    };
    assert.ok((await shareOf(5)) > (await shareOf(1)) && (await shareOf(1)) > (await shareOf(0.2)));
  });

  it('ends once aborted, and refuses shapes that do not fit', async () => {
    const signal = AbortSignal.abort();
    await assert.rejects(trainByGradient(gradient, plainProduct, { signal }), { name: 'AbortError' });
    await assert.rejects(trainByGradient({ ...gradient, dimension: 5 }, plainProduct), RangeError);
  });
});

describe('chooseSoftmax', () => {
  it('takes the penalty that is best on validation, and the strongest without one', async () => {
    const training = clouds(40, dimension, classes, 8, 4);
    const task = { training, dimension, classes, maxEpochs: 200, penalties: [1e-6, 1e-3, 1] as const };
    const validation = clouds(60, dimension, classes, 8, 4);
    const chosen = await chooseSoftmax({ ...task, validation, penalties: [1e-6, 1e-3, 1] }, plainProduct);
    const losses = await Promise.all(
      task.penalties.map(async (l2) => {
        const { curve, bestEpoch } = await trainSoftmax({ ...task, validation, l2 }, plainProduct);
        return curve[bestEpoch]?.validation?.crossEntropy ?? NaN;
      }),
    );
    assert.equal(chosen.l2, task.penalties[losses.indexOf(Math.min(...losses))]);
    const blind = await chooseSoftmax({ ...task, validation: null, penalties: [1e-6, 1] }, plainProduct);
    assert.equal(blind.l2, 1);
  });

  it('tries no other penalty once it is stopped', async () => {
    const [training, validation] = [40, 60].map((n) => clouds(n, dimension, classes, 8, 4));
    assert.ok(training && validation);
    const stop = new AbortController();
    const chosen = await chooseSoftmax(
      { training, validation, dimension, classes, maxEpochs: 200, penalties: [1e-6, 1e-3, 1] },
      plainProduct,
      { stop: stop.signal, report: ({ epoch }) => epoch === 2 && stop.abort() },
    );
    assert.deepEqual([chosen.ended, chosen.l2], ['stopped', 1]);
    assert.deepEqual(
      chosen.trials.map(({ l2 }) => l2),
      [1],
    );
  });
});

describe('logitsOf', () => {
  it('refuses values that are not so many rows', async () => {
    const { neighbours } = await trainNeighbours({ ...gradient }, plainProduct);
    const { trained } = await trainByGradient({ ...gradient, steps: 1 }, plainProduct);
    for (const head of [trained, { kind: 'neighbours', neighbours } as const])
      await assert.rejects(logitsOf(head, new Float32Array(dimension + 1), 1), RangeError);
  });
});
