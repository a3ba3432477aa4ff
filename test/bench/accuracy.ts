import { existsSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { defaultBackbones } from '../../src/backbones';
import type { CachedImage } from '../../src/bottlenecks';
import { assignSides, type Side } from '../../src/dataset';
import { accuracyOf, confusionMatrix, crossEntropyOf, topAnswers } from '../../src/evaluation';
import { predict } from '../../src/models';
import type { Runtime } from '../../src/runtimes';
import {
  fold,
  plainProduct,
  scale,
  steppedDefaults,
  trainingDefaults,
  trainSoftmax,
  trainStepped,
  type Scaling,
  type SteppedTask,
  type Trained,
  type TrainingSet,
} from '../../src/training';
import { bottleneckValues, openNetwork } from './bottleneckValues';

/**
 * Mean testing accuracy of the head over many splits, each made anew from its own seed (80/10/10), on the real
 * bottleneck values of the given datasets; their values are kept in the system's temporary folder. Prints the
 * rows of docs/training.md's table.
 *
 * With several backbones each is measured on the same splits, and the last column has the difference to the first.
 *
 * With `--optimizer adam` or `sgd` those are measured in place of L-BFGS, at each of the rates.
 *
 *     npx tsx test/bench/accuracy.ts [--seeds 50] [--l2 1e-5,1e-4] [--unvalidated] [--backbone ID,ID] [dataset...]
 *     npx tsx test/bench/accuracy.ts --optimizer adam [--rate 0.01,0.1] [--steps 1000] [--smoothing 0.1] [dataset...]
 */
async function main(): Promise<void> {
  const { values: options, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      seeds: { type: 'string', default: '50' },
      l2: { type: 'string', default: String(trainingDefaults.l2) },
      /** Takes the last epoch instead of the one that is best by validation. */
      unvalidated: { type: 'boolean', default: false },
      backbone: { type: 'string', default: defaultBackbones.eightBits },
      optimizer: { type: 'string', default: 'l-bfgs' },
      rate: { type: 'string' },
      steps: { type: 'string' },
      smoothing: { type: 'string', default: '0' },
    },
  });
  const trainers = trainersOf(options);
  const flowers = ['../shared/data/flowers', 'media/samples/flowers'].filter((folder) => existsSync(folder));
  const folders = positionals.length > 0 ? positionals : flowers.slice(0, 1);
  console.log(
    '| dataset | backbone | images | classes | l2 | seeds | testing accuracy | cross-entropy | probability of the answer | epochs | best | ms a training | points more than the first |',
  );
  console.log('|---|---|---|---|---|---|---|---|---|---|---|---|---|');
  for (const folder of folders)
    for (const { name: l2, train } of trainers) {
      let first: Trial[] | undefined;
      for (const id of options.backbone.split(',')) {
        const { study, classes, dispose } = await studyOf(folder, id, !options.unvalidated);
        const trials: Trial[] = [];
        for (let seed = 1; seed <= Number(options.seeds); seed++)
          trials.push(await trial(study, seed, train));
        await dispose();
        const columns = (
          ['accuracy', 'crossEntropy', 'probability', 'epochs', 'best', 'milliseconds'] as const
        ).map((name) =>
          withError(
            trials.map((each) => each[name]),
            name === 'milliseconds' ? 0 : name.length < 7 ? 1 : 4,
          ),
        );
        const before = (first ??= trials);
        const gained = trials.map(({ accuracy }, i) => 100 * (accuracy - (before[i]?.accuracy ?? NaN)));
        const difference = before === trials ? '' : withError(gained, 2);
        console.log(
          `| ${path.basename(folder)} | ${id} | ${study.rows.length} | ${classes} | ${l2} | ${options.seeds} | ${columns.join(' | ')} | ${difference} |`,
        );
      }
    }
}

/** Trains a head on scaled values. */
type Trainer = (
  task: Omit<SteppedTask, 'optimizer' | 'from'>,
  product: Runtime['multiply'],
) => Promise<Omit<Trained, 'last'>>;

interface Options {
  readonly optimizer: string;
  readonly l2: string;
  readonly rate?: string | undefined;
  readonly steps?: string | undefined;
  readonly smoothing: string;
}

/** One for each penalty or rate. */
function trainersOf({ optimizer, l2, rate, steps, smoothing }: Options): { name: string; train: Trainer }[] {
  const labelSmoothing = Number(smoothing);
  if (optimizer !== 'adam' && optimizer !== 'sgd')
    return l2.split(',').map((penalty) => ({
      name: penalty,
      train: (task, product) =>
        trainSoftmax(
          { ...task, labelSmoothing, l2: Number(penalty), maxEpochs: trainingDefaults.maxEpochs },
          product,
        ),
    }));
  const usual = steppedDefaults[optimizer];
  return (rate ?? String(usual.learningRate)).split(',').map((each) => ({
    name: `${optimizer} ${each}`,
    train: (task, product) => {
      const changes = { learningRate: Number(each), steps: Number(steps ?? usual.steps), labelSmoothing };
      return trainStepped({ ...task, optimizer: { ...usual, ...changes } }, product);
    },
  }));
}

async function studyOf(
  folder: string,
  id: string,
  validated: boolean,
): Promise<{ study: Study; classes: number; dispose: () => Promise<void> }> {
  const network = await openNetwork(id);
  const { rows, values } = await bottleneckValues(folder, network);
  const { backbone, runtime } = network;
  return {
    study: { rows, values, scaling: backbone.scaling, runtime, validated },
    classes: new Set(rows.map(({ image }) => image.label)).size,
    dispose: () => runtime.dispose(),
  };
}

interface Study {
  readonly rows: readonly CachedImage[];
  /** Raw bottleneck values [rows.length, D]. */
  readonly values: Float32Array;
  readonly scaling: Scaling;
  readonly runtime: Runtime;
  readonly validated: boolean;
}

interface Trial {
  readonly accuracy: number;
  readonly crossEntropy: number;
  /** Mean probability of the answers: the accuracy, where the head is well calibrated. */
  readonly probability: number;
  readonly epochs: number;
  readonly best: number;
  readonly milliseconds: number;
}

/** Splits, trains and measures as the retrain job does. */
async function trial(
  { rows, values, scaling, runtime, validated }: Study,
  seed: number,
  train: Trainer,
): Promise<Trial> {
  const images = rows.map(({ image, sha256 }) => ({ sha256, label: image.label, path: image.path }));
  const sides = assignSides(images, new Map(), { seed, validation: 10, testing: 10 });
  const labels = [...new Set(images.map(({ label }) => label))];
  const dimension = scaling.mean.length;
  const onSide = (side: Side): TrainingSet => {
    const chosen = [...images.keys()].filter((row) => sides.get(images[row]?.sha256 ?? '') === side);
    const taken = new Float32Array(chosen.length * dimension);
    chosen.forEach((row, i) =>
      taken.set(values.subarray(row * dimension, (row + 1) * dimension), i * dimension),
    );
    return {
      values: taken,
      labels: Int32Array.from(chosen, (row) => labels.indexOf(images[row]?.label ?? '')),
    };
  };
  const scaled = ({ values, labels }: TrainingSet): TrainingSet => ({
    values: scale(values, scaling),
    labels,
  });

  const training = scaled(onSide('training'));
  const validation = validated ? scaled(onSide('validation')) : null;
  const classes = labels.length;
  const started = performance.now();
  const task = { training, validation, dimension, classes, seed };
  const { head, curve, bestEpoch } = await train(task, runtime.multiply);
  const milliseconds = performance.now() - started;

  const testing = onSide('testing');
  const n = testing.labels.length;
  const probabilities = await predict(
    { kind: 'linear', head: fold(head, scaling) },
    testing.values,
    n,
    plainProduct,
  );
  const answers = topAnswers(probabilities, classes);
  const predicted = Int32Array.from(answers, (answer) => answer.predicted);
  return {
    accuracy: accuracyOf(confusionMatrix(testing.labels, predicted, classes)).accuracy ?? NaN,
    crossEntropy: crossEntropyOf(testing.labels, probabilities, classes) ?? NaN,
    probability: answers.reduce((sum, answer) => sum + answer.probability, 0) / n,
    epochs: curve.at(-1)?.epoch ?? NaN,
    best: bestEpoch,
    milliseconds,
  };
}

/** Mean and its standard error. */
function withError(values: readonly number[], digits: number): string {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  return `${mean.toFixed(digits)} ± ${Math.sqrt(variance / values.length).toFixed(digits)}`;
}

void main();
