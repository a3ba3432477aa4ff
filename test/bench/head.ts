import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { seededRandom } from '../../src/base';
import { accuracyOf, confusionMatrix, topAnswers } from '../../src/evaluation';
import { predict } from '../../src/models';
import {
  plainProduct,
  scaleInPlace,
  trainingDefaults,
  trainSoftmax,
  type TrainingSet,
} from '../../src/training';
import { bottleneckValues, openNetwork } from './bottleneckValues';
import { median } from './median';
import { npyFile } from './npyFile';
import { runPython, whyNoPython } from './peers/python';

/**
 * Our softmax regression beside scikit-learn's LogisticRegression: the same matrix of scaled bottleneck values, the
 * same penalty, the same four fifths to train on, in turn. Prints a table with the ratio of the seconds.
 *
 *     RETRAIN_PYTHON=... npx tsx test/bench/head.ts [--rounds 3] [dataset...]
 */
async function main(): Promise<void> {
  const { values: options, positionals } = parseArgs({
    allowPositionals: true,
    options: { rounds: { type: 'string', default: '3' } },
  });
  const missing = whyNoPython('numpy', 'sklearn');
  if (missing !== undefined) {
    console.log(`Not measured: the head beside scikit-learn. ${missing}.`);
    return;
  }
  const known = ['../shared/data/flowers', '../shared/data/grocery-train', 'media/samples/flowers'];
  const folders =
    positionals.length > 0 ? positionals : known.filter((folder) => existsSync(folder)).slice(0, 2);
  const network = await openNetwork();
  console.log(
    '| dataset | to train on | classes | ours: accuracy, seconds, epochs | scikit-learn: accuracy, seconds, iterations | ratio |',
  );
  console.log('|---|---|---|---|---|---|');
  for (const folder of folders) {
    const { rows, values } = await bottleneckValues(folder, network);
    scaleInPlace(values, network.backbone.scaling);
    const labels = [...new Set(rows.map(({ image }) => image.label))];
    const all: TrainingSet = {
      values,
      labels: Int32Array.from(rows, ({ image }) => labels.indexOf(image.label)),
    };
    const ours: Measured[] = [];
    const theirs: Measured[] = [];
    for (let round = 1; round <= Number(options.rounds); round++) {
      const { training, testing } = parted(all, round);
      const dimension = values.length / rows.length;
      const started = performance.now();
      const { head, curve } = await trainSoftmax(
        { training, validation: null, dimension, classes: labels.length, ...trainingDefaults },
        network.runtime.multiply,
      );
      const seconds = (performance.now() - started) / 1000;
      const answers = topAnswers(
        await predict({ kind: 'linear', head }, testing.values, testing.labels.length, plainProduct),
        labels.length,
      );
      const predicted = Int32Array.from(answers, (answer) => answer.predicted);
      const { accuracy } = accuracyOf(confusionMatrix(testing.labels, predicted, labels.length));
      ours.push({ accuracy: accuracy ?? NaN, seconds, iterations: curve.length - 1 });
      theirs.push(scikit(training, testing, dimension));
    }
    const n = Math.floor(rows.length * 0.8);
    const ratio = median(ours.map(({ seconds }, i) => seconds / (theirs[i]?.seconds ?? NaN)));
    console.log(
      `| ${path.basename(folder)} | ${n} | ${labels.length} | ${shown(ours)} | ${shown(theirs)} | ${ratio.toFixed(2)} |`,
    );
  }
  await network.runtime.dispose();
}

interface Measured {
  readonly accuracy: number;
  readonly seconds: number;
  readonly iterations: number;
}

/** Four fifths and one, drawn with `seed`. */
function parted(
  { values, labels }: TrainingSet,
  seed: number,
): { training: TrainingSet; testing: TrainingSet } {
  const dimension = values.length / labels.length;
  const random = seededRandom(seed);
  const order = [...labels.keys()].map((row) => ({ row, key: random() })).sort((a, b) => a.key - b.key);
  const take = (chosen: typeof order): TrainingSet => {
    const taken = new Float32Array(chosen.length * dimension);
    chosen.forEach(({ row }, i) =>
      taken.set(values.subarray(row * dimension, (row + 1) * dimension), i * dimension),
    );
    return { values: taken, labels: Int32Array.from(chosen, ({ row }) => labels[row] ?? 0) };
  };
  const border = Math.floor(order.length * 0.8);
  return { training: take(order.slice(0, border)), testing: take(order.slice(border)) };
}

function scikit(training: TrainingSet, testing: TrainingSet, dimension: number): Measured {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'retrain-bench-'));
  try {
    for (const [name, { values, labels }] of [
      ['training', training],
      ['testing', testing],
    ] as const) {
      writeFileSync(path.join(folder, `${name}.npy`), npyFile(values, [labels.length, dimension]));
      const list = name === 'training' ? 'labels' : 'truth';
      writeFileSync(path.join(folder, `${list}.npy`), npyFile(labels, [labels.length]));
    }
    return runPython('logistic_regression.py', [folder, String(trainingDefaults.l2)]) as Measured;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function shown(measured: readonly Measured[]): string {
  const accuracy = measured.reduce((sum, each) => sum + each.accuracy, 0) / measured.length;
  const middle = (name: 'seconds' | 'iterations'): number => median(measured.map((each) => each[name]));
  return `${accuracy.toFixed(4)}, ${middle('seconds').toFixed(3)} s, ${middle('iterations').toFixed(0)}`;
}

void main();
