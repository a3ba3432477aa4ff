import { RetrainError } from '../base';
import {
  calibrationOf,
  confusionMatrix,
  crossEntropyOf,
  crossValidate,
  topAnswers,
  type CrossValidation,
} from '../evaluation';
import { logitsOf, probabilitiesOf, scaleInPlace, takeScaling } from '../training';
import type { CrossValidatedHead } from './crossValidationResults';
import type { Job } from './context';
import { fillAndRead, secondsSince } from './fillCache';
import { headTrainer, type HeadTrainer } from './headTrainers';
import { labelledRows, type LabelledRows } from './labelledRows';
import { chosenNetwork } from './settingsFile';

/**
 * Holds heads against each other on a dataset: every image is answered by a head that was trained on the other folds,
 * whatever side it has in a run. Identical pictures are in one fold, and all heads have the same folds.
 * @throws as a retraining does; TOO_FEW_FOR_FOLDS
 */
export const crossValidateHeads: Job<'crossValidateHeads'> = async (
  { folder, heads, folds, repeats, seed, ...choice },
  context,
) => {
  const started = performance.now();
  const network = await chosenNetwork(folder, choice, context.report);
  const { filled, read } = await fillAndRead(folder, network, context, 2, (rows) => Promise.resolve(rows));
  const { backbone, runtime, facts } = filled;
  const labels = [...new Set(read.rows.map(({ image }) => image.label))];
  const images = labelledRows(read, labels);
  const contents = new Set(images.rows.map(({ sha256 }) => sha256)).size;
  if (contents < folds)
    throw new RetrainError('TOO_FEW_FOR_FOLDS', { path: facts.root, count: contents, folds });
  const { dimension } = backbone;
  scaleInPlace(images.values, backbone.scaling ?? takeScaling(images.values, dimension));
  const results: CrossValidatedHead[] = [];
  for (const [i, head] of heads.entries()) {
    const began = performance.now();
    const trainer = headTrainer(head, { classes: labels.length, dimension, seed, runtime });
    const answers = await answersOf(images, labels.length, { folds, repeats, seed }, trainer, {
      signal: context.signal,
      report: ({ done, total }) =>
        context.report({
          kind: 'crossValidating',
          head,
          done: i * total + done,
          of: heads.length * total,
        }),
    });
    results.push({ head, ...measured(answers, images.labels, labels.length), seconds: secondsSince(began) });
  }
  return {
    datasetName: facts.name,
    root: facts.root,
    backbone: backbone.id,
    runtime: runtime.id,
    labels,
    images: images.rows.length,
    folds,
    repeats,
    seed,
    heads: results,
    seconds: secondsSince(started),
  };
};

async function answersOf(
  images: LabelledRows,
  classes: number,
  dealing: { folds: number; repeats: number; seed: number },
  train: HeadTrainer,
  options: Parameters<typeof crossValidate>[2] & { signal: AbortSignal },
): Promise<CrossValidation> {
  const groups = images.rows.map(({ sha256 }) => sha256);
  return await crossValidate(
    { set: images, classes, groups, ...dealing },
    async (training, values, n) => logitsOf(await train(training, options.signal), values, n),
    options,
  );
}

/** Over all repeats: an image counts as often as it was answered. */
function measured(
  { logits, accuracies, mean, interval }: CrossValidation,
  truth: Int32Array,
  classes: number,
): Omit<CrossValidatedHead, 'head' | 'seconds'> {
  const probabilities = logits.map((each) => probabilitiesOf(new Float64Array(each), classes));
  const answers = probabilities.map((each) => topAnswers(each, classes));
  const average = (values: readonly (number | null)[]): number =>
    values.reduce<number>((sum, value) => sum + (value ?? NaN), 0) / values.length;
  const confusion = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (const each of answers) {
    const counts = confusionMatrix(
      truth,
      Int32Array.from(each, ({ predicted }) => predicted),
      classes,
    );
    counts.forEach((row, i) =>
      row.forEach((count, j) => {
        const own = confusion[i];
        if (own) own[j] = (own[j] ?? 0) + count;
      }),
    );
  }
  return {
    accuracy: mean,
    interval,
    accuracies,
    crossEntropy: average(probabilities.map((each) => crossEntropyOf(truth, each, classes))),
    calibrationError: average(answers.map((each) => calibrationOf(truth, each).expectedError)),
    confusion,
  };
}
