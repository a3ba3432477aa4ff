import path from 'node:path';
import type {
  BottlenecksResult,
  ClassifyResult,
  DatasetFacts,
  EvaluateResult,
  Rejected,
  RunFacts,
  RunView,
} from '../jobs';
import {
  answerText,
  rejectedLines,
  surenessLines,
  trustLines,
  unknownLabelText,
  unknownLines,
} from './sureness';
import { percent, printable, seconds } from './words';

export { percent, printable, seconds } from './words';

/** What a person reads on the terminal, one function a command. */

function datasetLines({ name, classes, images, skipped, duplicates, warnings }: DatasetFacts): string[] {
  const lines = [`${printable(name)}: ${images} images, ${classes.length} classes`];
  for (const warning of warnings) lines.push(`  note: ${printable(warning.message)}`);
  for (const group of duplicates)
    lines.push(`  same picture under two labels: ${group.map(printable).join(', ')}`);
  return [...lines, ...leftOutLine(skipped).map((line) => `  ${line}`)];
}

/** How many files were left out; which and why stands on standard error. */
export function leftOutLine({ length }: { readonly length: number }): string[] {
  return length === 0 ? [] : [`left out: ${length} ${length === 1 ? 'file' : 'files'}`];
}

function bottleneckLine({
  bottlenecks,
  backbone,
  runtime,
}: Pick<BottlenecksResult, 'bottlenecks' | 'backbone' | 'runtime'>): string {
  const { cached, computed } = bottlenecks;
  const work =
    computed === 0
      ? `all ${cached} in the cache, nothing computed`
      : `${computed} computed, ${cached} in the cache`;
  return `Bottlenecks: ${work} · ${seconds(bottlenecks.seconds)} · ${backbone.name}, ${backbone.dimension} values, ${runtime}`;
}

export function bottlenecksText(result: BottlenecksResult): string {
  const { shard } = result;
  const share = shard ? `Shard ${shard.index}/${shard.count}. ` : '';
  return [...datasetLines(result.dataset), `${share}${bottleneckLine(result)}`].join('\n');
}

export interface TrainShown {
  /** Whether the wrong answers are named. */
  readonly misclassified: boolean;
  /** What is left of the testing answers, where that was asked. */
  readonly rejected: Rejected | null;
}

export function trainText(run: RunView, { misclassified, rejected }: TrainShown): string {
  const { training, split, evaluation, dataset } = run;
  const hits = evaluation.confusion.reduce((sum, row, i) => sum + (row[i] ?? 0), 0);
  const lines = [
    ...datasetLines(dataset),
    bottleneckLine(run),
    ...viewLines(run),
    `Training: ${trainingText(training)}${training.classWeights ? ', classes balanced' : ''} · ${seconds(training.seconds)} · seed ${training.seed}`,
    ...continuedLines(run),
    `Split: ${split.training} training, ${split.validation} validation, ${split.testing} testing`,
    ...retrainPyLines(run),
    '',
    evaluation.accuracy === null
      ? 'Accuracy: nothing to test on; add photos or raise the testing percentage.'
      : `Accuracy: ${percent(evaluation.accuracy)} (${hits} of ${evaluation.n} testing images${intervalText(evaluation.interval)})`,
    ...unknownLines(evaluation),
    ...surenessLines(evaluation.sureness, evaluation.n),
    ...(rejected ? rejectedLines(rejected, evaluation.n) : []),
    ...leaveOneOutLines(run),
    ...trustLines(run),
  ];
  if (evaluation.accuracy !== null) lines.push('', ...matrixLines(evaluation.labels, evaluation.confusion));
  else if (run.leaveOneOut?.kind === 'measured')
    lines.push('', ...matrixLines(run.leaveOneOut.labels, run.leaveOneOut.confusion));
  if (misclassified) lines.push('', ...misclassifiedLines(run));
  lines.push('', `Run: ${printable(run.folder)}`);
  if (isRetrainPy(training) && evaluation.accuracy !== null)
    lines.push(`Final test accuracy = ${(evaluation.accuracy * 100).toFixed(1)}% (N=${evaluation.n})`);
  return lines.join('\n');
}

function viewLines({ views, training: { distortions } }: RunView): string[] {
  if (!views || !distortions) return [];
  const { flipLeftRight, randomCrop, randomScale, randomBrightness } = distortions;
  const what = [
    ...(flipLeftRight ? ['flipped'] : []),
    ...(randomCrop > 0 ? [`cropped by ${randomCrop} %`] : []),
    ...(randomScale > 0 ? [`scaled by ${randomScale} %`] : []),
    ...(randomBrightness > 0 ? [`brightened by ${randomBrightness} %`] : []),
  ];
  const work =
    views.computed === 0
      ? 'nothing computed'
      : `${views.computed} computed, ${views.cached} in the cache · ${seconds(views.seconds)}`;
  return [
    `Views: ${distortions.views} of each training image (${what.join(', ')}), ${views.rows} rows; ${work}`,
  ];
}

function trainingText(training: RunView['training']): string {
  switch (training.kind) {
    case 'iterative': {
      const { head, epochs, unit, bestEpoch, regularisation } = training;
      const chosen = regularisation
        ? `, penalty ${regularisation.l2} of ${regularisation.trials.length} tried on validation`
        : '';
      return `${layerText(head)}${epochs} ${unit}s, best ${bestEpoch}${chosen}${endText(training)}`;
    }
    case 'ridge': {
      const { penalty, trials, chosenOn } = training;
      const on = chosenOn === null ? '' : ` on ${chosenOn} images`;
      return `ridge, penalty ${penalty} of ${trials.length} tried${on}`;
    }
    case 'neighbours':
      return `the nearest ${training.k} vote, numbers tried: ${training.trials.length}`;
    case 'centroid':
      return 'the nearest class mean';
  }
}

function layerText(head: RunView['training']['head']): string {
  if (head.kind === 'hidden') return `hidden layer of ${head.units}, `;
  return head.kind === 'softmax' ? `softmax by ${head.optimizer.kind}, ` : '';
}

function endText({ ended, unit, epochs }: Extract<RunView['training'], { kind: 'iterative' }>): string {
  if (ended === 'stopped') return `, stopped early at ${unit} ${epochs}`;
  return ended === 'patience' ? `, ended early at ${unit} ${epochs}: no better on validation` : '';
}

function continuedLines({ continues, training }: RunView): string[] {
  if (!continues || training.kind !== 'iterative') return [];
  return [`  continued from the run ${printable(continues.run)}, its ${training.unit} ${continues.epochs}`];
}

function leaveOneOutLines({ leaveOneOut, training, runtime }: RunView): string[] {
  if (leaveOneOut === null) return [];
  if (leaveOneOut.kind === 'skipped') return [printable(leaveOneOut.reason.message)];
  const { accuracy, n, confusion, interval, penalty, product } = leaveOneOut;
  if (accuracy === null) return [];
  const hits = confusion.reduce((sum, row, i) => sum + (row[i] ?? 0), 0);
  const how = training.kind === 'ridge' ? '' : `, by ridge heads of penalty ${penalty}`;
  return [
    `Leave-one-out: ${percent(accuracy)} (${hits} of ${n} images, each answered without itself${how}${intervalText(interval)})`,
    ...(product === 'plain'
      ? [
          `  by the plain 64-bit product in JavaScript, as ${runtime} has none: ${seconds(leaveOneOut.seconds)}`,
        ]
      : []),
  ];
}

export function isRetrainPy({ head }: RunView['training']): boolean {
  return head.kind === 'softmax' && head.optimizer.kind === 'retrain.py';
}

/** How a training as retrain.py's differs from ours, and from retrain.py's. */
function retrainPyLines({ training, split }: RunView): string[] {
  const { head, splitRule } = training;
  const lines: string[] = [];
  if (splitRule.kind === 'retrain.py')
    lines.push(
      `  by retrain.py's rule: the path of each image under “${printable(splitRule.imageDir)}”; another name of the folder gives another split`,
    );
  if (
    training.kind === 'iterative' &&
    head.kind === 'softmax' &&
    head.optimizer.kind === 'retrain.py' &&
    head.optimizer.keep === 'best' &&
    split.validation > 0
  )
    lines.push(
      `Kept: step ${training.bestEpoch}, the best by validation; retrain.py keeps the last (--keep last does so)`,
    );
  return lines;
}

function misclassifiedLines({ evaluation }: RunView): string[] {
  const wrong = evaluation.predictions.filter(({ label, predicted }) => label !== predicted);
  if (wrong.length === 0) return ['Misclassified testing images: none'];
  return [
    'Misclassified testing images',
    ...wrong.map(({ path: image, predicted }) => `  ${printable(image)}  ${printable(predicted)}`),
  ];
}

export function classifyText({ answers, run, passedOver }: ClassifyResult): string {
  const lines = [...answers.map(answerText), answeredBy(run)];
  if (passedOver !== null)
    lines.push(
      `note: run ${printable(path.basename(passedOver))} is newer, but was trained on imported values: no image can be put to it`,
    );
  return lines.join('\n');
}

function answeredBy({ name, datasetName, backbone, accuracy, refitOf }: RunFacts): string {
  const run = `Answered by run ${printable(name)} of ${printable(datasetName)}`;
  if (refitOf === null) return run;
  const tested = (value: number | null): string =>
    value === null ? 'not tested' : `testing accuracy ${percent(value)}`;
  return `${run}, refitted from ${printable(refitOf.name)} for another network: ${printable(backbone)}, ${tested(accuracy)}; before ${printable(refitOf.backbone)}, ${tested(refitOf.accuracy)}`;
}

export function evaluateText(result: EvaluateResult): string {
  const lines = leftOutLine(result.skipped);
  if (result.unknownLabels.length > 0)
    lines.push(
      `Labels the run does not know, not counted: ${result.unknownLabels.map(unknownLabelText).join(', ')}`,
    );
  if (result.seenInTraining > 0)
    lines.push(
      `${result.seenInTraining} of ${result.images} images were in the training of this run: the accuracy flatters it.`,
    );
  lines.push(
    result.accuracy === null
      ? 'Accuracy: there is no image to measure on.'
      : `Accuracy: ${percent(result.accuracy)} (${result.images} images${intervalText(result.interval)})`,
    ...unknownLines({ ...result, n: result.images }),
    ...surenessLines(result.sureness, result.images),
    ...(result.rejected ? rejectedLines(result.rejected, result.images) : []),
  );
  if (result.images > 0) lines.push('', ...matrixLines(result.labels, result.confusion));
  if (result.run.refitOf !== null) lines.push('', answeredBy(result.run));
  return lines.join('\n');
}

function intervalText(interval: { low: number; high: number } | null): string {
  return interval ? `; 95 %: ${percent(interval.low)} to ${percent(interval.high)}` : '';
}

/** The confusion matrix with short labels; with many classes the largest confusions as a list. */
function matrixLines(labels: readonly string[], confusion: readonly (readonly number[])[]): string[] {
  const shown = labels.map(printable);
  if (labels.length > 12) return confusionList(shown, confusion);
  const name = (label: string, width: number) => {
    const characters = [...label];
    return characters.length > width ? `${characters.slice(0, width - 1).join('')}…` : label;
  };
  const first = Math.min(24, Math.max(5, ...shown.map((label) => [...label].length)));
  const width = Math.max(6, ...shown.map((label) => Math.min(10, [...label].length)));
  const rows = confusion.map((row, i) =>
    [
      name(shown[i] ?? '', first).padEnd(first),
      ...row.map((n) => (n === 0 ? '·' : String(n)).padStart(width)),
    ].join('  '),
  );
  return [
    'Confusion (rows: what it is; columns: what the model said)',
    [''.padEnd(first), ...shown.map((label) => name(label, width).padStart(width))].join('  '),
    ...rows,
  ];
}

function confusionList(labels: readonly string[], confusion: readonly (readonly number[])[]): string[] {
  const pairs = confusion
    .flatMap((row, i) =>
      row.map((count, j) => ({ count, truth: labels[i] ?? '', said: labels[j] ?? '', hit: i === j })),
    )
    .filter(({ count, hit }) => count > 0 && !hit)
    .sort((a, b) => b.count - a.count)
    .slice(0, 10);
  if (pairs.length === 0) return ['No confusions.'];
  return [
    'Largest confusions',
    ...pairs.map(({ count, truth, said }) => `  ${truth} taken for ${said}: ${count}`),
  ];
}
