import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import {
  calibrationOf,
  crossEntropyOf,
  crossValidate,
  partFold,
  stratifiedFolds,
  topAnswers,
  type FoldTrainer,
} from '../../src/evaluation';
import type { HeadKind } from '../../src/jobs';
import { headTrainer } from '../../src/jobs/headTrainers';
import type { Runtime } from '../../src/runtimes';
import {
  chooseSoftmax,
  logitsOf,
  probabilitiesOf,
  scaleInPlace,
  trainByGradient,
  trainingDefaults,
  trainRidge,
  type TrainedHead,
  type TrainingSet,
} from '../../src/training';
import { bottleneckValues, openNetwork } from './bottleneckValues';
import { median } from './median';
import { npyFile } from './npyFile';
import { runPython, whyNoPython } from './peers/python';

/** Bins of the expected calibration error. */
const bins = 15;
const folds = 5;

/**
 * Every head on the same folds of real bottleneck values: accuracy with its interval, calibration, and time of one
 * training, the table of docs/heads.md; scikit-learn's LogisticRegression and RidgeClassifier beside them.
 *
 *     RETRAIN_PYTHON=... npx tsx test/bench/heads.ts [--repeats 4] [--heads 'ridge;softmax'] [dataset...]
 */
async function main(): Promise<void> {
  const { values: options, positionals } = parseArgs({
    allowPositionals: true,
    options: { repeats: { type: 'string', default: '4' }, heads: { type: 'string' } },
  });
  const known = ['flowers', 'fruit-mini', 'customvision-mini', 'grocery-train'].map(
    (name) => `../shared/data/${name}`,
  );
  const present = [...known.filter((folder) => existsSync(folder)), 'media/samples/flowers'];
  const folders = positionals.length > 0 ? positionals : present.slice(0, 4);
  const network = await openNetwork();
  console.log('| dataset | head | accuracy (95 % interval) | log loss | calibration error | s a training |');
  console.log('|---|---|---|---|---|---|');
  for (const folder of folders) {
    const { rows, values } = await bottleneckValues(folder, network);
    scaleInPlace(values, network.backbone.scaling);
    const names = [...new Set(rows.map(({ image }) => image.label))];
    const study: Study = {
      name: path.basename(folder),
      set: { values, labels: Int32Array.from(rows, ({ image }) => names.indexOf(image.label)) },
      classes: names.length,
      dimension: values.length / rows.length,
      // A large set says enough in one round, and takes minutes for each.
      repeats: rows.length > 1000 ? 1 : Number(options.repeats),
    };
    for (const [name, train] of Object.entries(headsOf(study, network.runtime)))
      if (options.heads === undefined || options.heads.split(';').includes(name))
        await ours(study, name, train, network.runtime);
    theirs(study);
  }
  await network.runtime.dispose();
}

interface Study {
  readonly name: string;
  readonly set: TrainingSet;
  readonly classes: number;
  readonly dimension: number;
  readonly repeats: number;
}

type Trainer = (training: TrainingSet) => Promise<TrainedHead>;

function headsOf({ classes, dimension }: Study, runtime: Runtime): Readonly<Record<string, Trainer>> {
  const { multiply, multiply64 } = runtime;
  const { maxEpochs } = trainingDefaults;
  const sizes = { dimension, classes };
  const linear = (head: Extract<TrainedHead, { kind: 'linear' }>['head']): TrainedHead => ({
    kind: 'linear',
    head,
  });
  const descent =
    (hidden: number, labelSmoothing: number): Trainer =>
    async (all) => {
      const { training, validation } = parted(all, classes);
      const measureEvery = Math.ceil(training.labels.length / 32);
      const task = { training, validation, ...sizes, hidden, labelSmoothing, measureEvery };
      const settings = { batchSize: 32, steps: 100 * measureEvery, patience: 10, seed: 1 };
      const stepRule = { kind: 'adam', learningRate: hidden === 0 ? 0.03 : 0.003 } as const;
      return (await trainByGradient({ ...task, ...settings, stepRule }, multiply)).trained;
    };
  const { signal } = new AbortController();
  const usual = (kind: HeadKind): Trainer => {
    const train = headTrainer(kind, { ...sizes, seed: 1, balanced: false, runtime });
    return (training) => train(training, signal);
  };
  return {
    ridge: usual('ridge'),
    'ridge, penalty 0.1': async (training) =>
      linear((await trainRidge({ training, ...sizes, penalties: [0.1] }, multiply64)).head),
    softmax: usual('softmax'),
    'softmax, penalty by validation': async (all) => {
      const task = { ...parted(all, classes), ...sizes, maxEpochs };
      return linear((await chooseSoftmax({ ...task, penalties: [1e-6, 1e-5, 1e-4, 1e-3] }, multiply)).head);
    },
    'softmax, Adam': descent(0, 0),
    'hidden layer of 128': usual('hidden'),
    'hidden layer of 128, smoothing 0.1': descent(128, 0.1),
    neighbours: usual('neighbours'),
    centroid: usual('centroid'),
  };
}

async function ours(study: Study, name: string, train: Trainer, runtime: Runtime): Promise<void> {
  const { set, classes, repeats } = study;
  const seconds: number[] = [];
  const trainer: FoldTrainer = async (training, values, n) => {
    const started = performance.now();
    const head = await train(training);
    seconds.push((performance.now() - started) / 1000);
    return logitsOf(head, values, n, runtime.multiply);
  };
  const { logits, mean, interval } = await crossValidate({ set, classes, folds, repeats, seed: 1 }, trainer);
  const probabilities = logits.map((each) => probabilitiesOf(new Float64Array(each), classes));
  const losses = probabilities.map((each) => crossEntropyOf(set.labels, each, classes) ?? NaN);
  const errors = probabilities.map(
    (each) => calibrationOf(set.labels, topAnswers(each, classes), bins).expectedError ?? NaN,
  );
  const accuracy = `${mean.toFixed(4)} (${interval.low.toFixed(3)} to ${interval.high.toFixed(3)})`;
  print(study, name, accuracy, average(losses), average(errors), median(seconds));
}

/** What heads.py prints. */
type Peers = Readonly<
  Record<string, { accuracy: number; seconds: number; logLoss: number | null; expectedError: number | null }>
>;

function theirs(study: Study): void {
  const missing = whyNoPython('numpy', 'sklearn');
  if (missing !== undefined) {
    console.log(`| ${study.name} | scikit-learn | not measured: ${missing} | | | |`);
    return;
  }
  const { set, classes, dimension, repeats } = study;
  const n = set.labels.length;
  const dealt = new Int32Array(repeats * n);
  for (let repeat = 0; repeat < repeats; repeat++)
    dealt.set(stratifiedFolds(set.labels, classes, folds, 1 + repeat), repeat * n);
  const folder = mkdtempSync(path.join(os.tmpdir(), 'retrain-bench-'));
  try {
    writeFileSync(path.join(folder, 'values.npy'), npyFile(set.values, [n, dimension]));
    writeFileSync(path.join(folder, 'labels.npy'), npyFile(set.labels, [n]));
    writeFileSync(path.join(folder, 'folds.npy'), npyFile(dealt, [repeats, n]));
    const peers = runPython('heads.py', [folder, String(trainingDefaults.l2), String(bins)]) as Peers;
    for (const [name, { accuracy, logLoss, expectedError, seconds }] of Object.entries(peers))
      print(study, `scikit-learn ${name}`, accuracy.toFixed(4), logLoss, expectedError, seconds);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function print(
  study: Study,
  head: string,
  accuracy: string,
  logLoss: number | null,
  error: number | null,
  seconds: number,
): void {
  const shown = (value: number | null, digits: number): string => value?.toFixed(digits) ?? '';
  console.log(
    `| ${study.name} | ${head} | ${accuracy} | ${shown(logLoss, 3)} | ${shown(error, 3)} | ${seconds.toFixed(3)} |`,
  );
}

/** One tenth for validation, by class. */
function parted(all: TrainingSet, classes: number): { training: TrainingSet; validation: TrainingSet } {
  const { training, held } = partFold(all, stratifiedFolds(all.labels, classes, 10, 1), 0);
  return { training: training.set, validation: held.set };
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

void main();
