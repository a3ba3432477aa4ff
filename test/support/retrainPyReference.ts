import { seededRandom } from '../../src/base';
import type { RetrainPyTask } from '../../src/training';

/** What retrain.py's formulas give, number by number in plain arrays. */
export interface Reference {
  readonly weights: number[][];
  readonly bias: number[];
  readonly curve: { step: number; training: Scores; validation: Scores | null }[];
}

interface Scores {
  readonly accuracy: number;
  readonly crossEntropy: number;
}

/** Trains by the formulas alone, and gives the head of the last step. */
export function retrainPyReference(task: RetrainPyTask): Reference {
  const { dimension, classes, optimizer } = task;
  const random = seededRandom(task.seed);
  const normal = (): number => {
    const radius = Math.sqrt(-2 * Math.log(1 - random()));
    const value = radius * Math.cos(2 * Math.PI * random());
    return value > 2 || value < -2 ? normal() : value;
  };
  const weights = range(dimension).map(() => range(classes).map(() => 0.001 * normal()));
  const bias = range(classes).map(() => 0);

  const sideOf = (set: RetrainPyTask['training']) =>
    range(set.labels.length).map((row) => ({
      x: [...set.values.subarray(row * dimension, (row + 1) * dimension)],
      label: set.labels[row] ?? NaN,
    }));
  type Images = ReturnType<typeof sideOf>;
  const batchOf = (images: Images, size: number): Images => {
    if (size === -1) return images;
    const present = range(classes).filter((c) => images.some(({ label }) => label === c));
    return range(size).flatMap(() => {
      const chosen = present[Math.floor(random() * present.length)];
      const own = images.filter(({ label }) => label === chosen);
      return own.slice(Math.floor(random() * own.length)).slice(0, 1);
    });
  };
  const softmax = (x: readonly number[]): number[] => {
    const powers = bias.map((b, c) =>
      Math.exp(b + x.reduce((sum, value, i) => sum + value * (weights[i]?.[c] ?? NaN), 0)),
    );
    const total = powers.reduce((sum, power) => sum + power, 0);
    return powers.map((power) => power / total);
  };
  const scores = (batch: Images): Scores => {
    const answers = batch.map(({ x, label }) => ({ p: softmax(x), label }));
    const right = answers.filter(({ p, label }) => p.indexOf(Math.max(...p)) === label);
    const losses = answers.map(({ p, label }) => -Math.log(p[label] ?? NaN));
    return {
      accuracy: right.length / batch.length,
      crossEntropy: losses.reduce((sum, loss) => sum + loss, 0) / batch.length,
    };
  };

  const training = sideOf(task.training);
  const validation = task.validation && sideOf(task.validation);
  const curve: Reference['curve'] = [];
  for (const step of range(optimizer.steps)) {
    const batch = batchOf(training, optimizer.trainBatchSize);
    const errors = batch.map(({ x, label }) => softmax(x).map((p, c) => p - (c === label ? 1 : 0)));
    for (const c of range(classes)) {
      const slope = (of: (row: number) => number) =>
        batch.reduce((sum, _, row) => sum + of(row) * (errors[row]?.[c] ?? NaN), 0) / batch.length;
      const across = range(dimension).map((i) => slope((row) => batch[row]?.x[i] ?? NaN));
      weights.forEach((row, i) => (row[c] = (row[c] ?? NaN) - optimizer.learningRate * (across[i] ?? NaN)));
      bias[c] = (bias[c] ?? NaN) - optimizer.learningRate * slope(() => 1);
    }
    if (step % optimizer.evalStepInterval !== 0 && step !== optimizer.steps - 1) continue;
    curve.push({
      step,
      training: scores(batch),
      validation: validation && scores(batchOf(validation, optimizer.validationBatchSize)),
    });
  }
  return { weights, bias, curve };
}

function range(length: number): number[] {
  return Array.from({ length }, (_, i) => i);
}
