import { RetrainError } from '../base';
import {
  calibrationOf,
  confusionMatrix,
  crossEntropyOf,
  topAnswers,
  type CrossValidation,
} from '../evaluation';
import { probabilitiesOf } from '../training';
import type { CrossValidatedHead } from './crossValidationResults';
import type { Job } from './context';
import { fillAndRead, secondsSince } from './fillCache';
import { crossValidateHead, scaledImages } from './datasetFolds';
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
  const contents = new Set(read.rows.map(({ sha256 }) => sha256)).size;
  if (contents < folds)
    throw new RetrainError('TOO_FEW_FOR_FOLDS', { path: facts.root, count: contents, folds });
  const scaled = scaledImages(filled, read);
  const { labels, images } = scaled;
  const results: CrossValidatedHead[] = [];
  for (const [i, head] of heads.entries()) {
    const began = performance.now();
    const answers = await crossValidateHead(
      head,
      filled,
      scaled,
      { folds, repeats, seed },
      {
        signal: context.signal,
        report: ({ done, total }) =>
          context.report({ kind: 'crossValidating', head, done: i * total + done, of: heads.length * total }),
      },
    );
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
  const truths = Int32Array.from(answers.flatMap(() => [...truth]));
  const predicted = Int32Array.from(answers.flat(), (answer) => answer.predicted);
  return {
    accuracy: mean,
    interval,
    accuracies,
    crossEntropy: average(probabilities.map((each) => crossEntropyOf(truth, each, classes))),
    calibrationError: average(answers.map((each) => calibrationOf(truth, each).expectedError)),
    confusion: confusionMatrix(truths, predicted, classes),
  };
}
