import type { CachedImage } from '../bottlenecks';
import {
  calibrationOf,
  classMetrics,
  confusionMatrix,
  crossEntropyOf,
  topAnswers,
  type CrossValidation,
} from '../evaluation';
import { probabilitiesOf } from '../training';
import type { CrossValidatedHead } from './crossValidationResults';
import type { Job } from './context';
import { fillAndRead, secondsSince } from './fillCache';
import { checkFolds, crossValidateAsSet, crossValidateHead, scaledImages } from './datasetFolds';
import { headTakesWeights } from './crossValidationResults';
import { subjectFacts } from './subject';
import { isUsual, type SteerableHead } from './trainingAsSet';

/**
 * Holds heads against each other on a dataset: every image is answered by a head that was trained on the other folds,
 * whatever side it has in a run. Identical pictures are in one fold, and all heads have the same folds. Seed and class
 * weights are those of the settings, the latter where a head takes any. Heads are in their usual training; beside that of
 * the settings' head stands their own, where it is another.
 * @throws as a retraining does; TOO_FEW_FOR_FOLDS; RUN_DAMAGED where a run is asked
 */
export const crossValidateHeads: Job<'crossValidateHeads'> = async (
  { subject, heads, folds, repeats },
  context,
) => {
  const started = performance.now();
  const { folder, network, settings, asSet } = await subjectFacts(subject, context);
  const { seed } = settings;
  const whole = (rows: readonly CachedImage[]) => {
    checkFolds(rows, folds, folder);
    return Promise.resolve(rows);
  };
  const { filled, read } = await fillAndRead(folder, network, context, 2, whole);
  const { backbone, runtime, facts } = filled;
  const scaled = scaledImages(filled, read);
  const { labels, images } = scaled;
  const results: CrossValidatedHead[] = [];
  const own = asSet && !isUsual(asSet) ? [{ head: asSet.kind, asSet }] : [];
  const rows = heads.flatMap((head) => [{ head }, ...own.filter((row) => row.head === head)]);
  for (const [i, row] of rows.entries()) {
    const began = performance.now();
    const { head } = row;
    // retrain.py's training has no place for weights.
    const takesWeights = headTakesWeights(head) && !('asSet' in row && isRetrainPy(row.asSet));
    const balanced = settings.classWeights !== undefined && takesWeights;
    const dealing = { folds, repeats, seed };
    const options = {
      signal: context.signal,
      stop: context.stop,
      report: ({ done, total }: { done: number; total: number }) =>
        context.report({ kind: 'crossValidating', head, done: i * total + done, of: rows.length * total }),
    };
    const answers =
      'asSet' in row
        ? await crossValidateAsSet({ ...settings, head: row.asSet }, filled, scaled, dealing, options)
        : await crossValidateHead(head, filled, scaled, { ...dealing, balanced }, options);
    const result: CrossValidatedHead = {
      head,
      ...('asSet' in row && { asSet: wayOf(row.asSet) }),
      ...measured(answers, images.labels, labels),
      ...(balanced && { classWeights: 'balanced' }),
      seconds: secondsSince(began),
    };
    context.report({ kind: 'crossValidated', result });
    results.push(result);
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
    ...(settings.classWeights && { classWeights: settings.classWeights }),
    heads: results,
    seconds: secondsSince(started),
  };
};

/** What can differ: of softmax regression, the optimizer. */
function wayOf(head: SteerableHead): NonNullable<CrossValidatedHead['asSet']> {
  return head.kind === 'softmax' ? head.optimizer : head;
}

function isRetrainPy(head: SteerableHead): boolean {
  return head.kind === 'softmax' && head.optimizer.kind === 'retrain.py';
}

/** Over all repeats: an image counts as often as it was answered. */
function measured(
  { logits, accuracies, mean, interval }: CrossValidation,
  truth: Int32Array,
  labels: readonly string[],
): Omit<CrossValidatedHead, 'head' | 'asSet' | 'classWeights' | 'seconds'> {
  const classes = labels.length;
  const probabilities = logits.map((each) => probabilitiesOf(new Float64Array(each), classes));
  const answers = probabilities.map((each) => topAnswers(each, classes));
  const average = (values: readonly (number | null)[]): number =>
    values.reduce<number>((sum, value) => sum + (value ?? NaN), 0) / values.length;
  const truths = Int32Array.from(answers.flatMap(() => [...truth]));
  const predicted = Int32Array.from(answers.flat(), (answer) => answer.predicted);
  const confusion = confusionMatrix(truths, predicted, classes);
  return {
    accuracy: mean,
    interval,
    macroRecall: average(classMetrics(confusion, labels).map(({ recall }) => recall)),
    accuracies,
    crossEntropy: average(probabilities.map((each) => crossEntropyOf(truth, each, classes))),
    calibrationError: average(answers.map((each) => calibrationOf(truth, each).expectedError)),
    confusion,
  };
}
