import type { ComparedAnswers, ComparedMetric, ComparedRun, RunComparison } from '../jobs';
import { percent, printable } from './text';

/** How many images of a kind the terminal lists. */
const most = 20;

export function comparisonText(comparison: RunComparison): string {
  const { before, after, settings, metrics } = comparison;
  const changed = settings.filter((setting) => setting.before !== setting.after);
  const lines = [
    `before: ${nameOf(before)}`,
    `after:  ${nameOf(after)}`,
    '',
    changed.length === 0 ? 'Settings: the same.' : 'Settings that differ',
    ...changed.map((setting) => `  ${setting.key}: ${shown(setting.before)} -> ${shown(setting.after)}`),
    '',
    'Measures',
    ...metrics.map(
      (metric) => `  ${metric.key}: ${measure(metric, 'before')} -> ${measure(metric, 'after')}`,
    ),
    '',
    ...answerLines(comparison),
    ...datasetLines(comparison.dataset),
  ];
  return lines.map(printable).join('\n');
}

/** Of both ways to measure, that which tells more of the heads first. */
function answerLines(comparison: RunComparison): string[] {
  const { before, after, leaveOneOut } = comparison;
  const testing = answersLines('Testing images', [before.evaluation.n, after.evaluation.n], comparison);
  if (!leaveOneOut) return testing;
  const everyOne = answersLines(
    'Leave-one-out, each image answered without itself',
    [before.leaveOneOut?.n ?? 0, after.leaveOneOut?.n ?? 0],
    leaveOneOut,
    leaveOneOut.ofHeads
      ? []
      : [
          '  by ridge heads and without views, whatever the runs were trained with: it tells photos and backbones apart, not heads',
        ],
  );
  return leaveOneOut.ofHeads ? [...everyOne, ...testing] : [...testing, ...everyOne];
}

function answersLines(
  what: string,
  [before, after]: readonly [number, number],
  { flips, confusion, classes }: ComparedAnswers,
  notes: readonly string[] = [],
): string[] {
  const { both, bothRight, bothWrong, toRight, toWrong, pValue } = flips;
  return [
    `${what}: ${both} of both runs (before ${before}, after ${after})`,
    ...notes,
    ...(both === 0
      ? []
      : [
          `  both right ${bothRight}, both wrong ${bothWrong}, wrong -> right ${toRight.length}, right -> wrong ${toWrong.length} (McNemar p = ${pValue.toFixed(3)})`,
        ]),
    ...list(toWrong, (pair) => `right -> wrong: ${pair.after.path} taken for ${pair.after.predicted}`),
    ...list(toRight, (pair) => `wrong -> right: ${pair.after.path}, was taken for ${pair.before.predicted}`),
    ...confusionLines(confusion),
    'Recall by class',
    ...classes.map(({ label, recall }) => `  ${label}: ${share(recall.before)} -> ${share(recall.after)}`),
    '',
  ];
}

/** What is taken for what more or less often, the largest change first; nothing where nothing is. */
function confusionLines({ labels, before, after, difference }: RunComparison['confusion']): string[] {
  const changed = difference
    .flatMap((row, truth) => row.map((change, predicted) => ({ truth, predicted, change })))
    .filter(({ truth, predicted, change }) => truth !== predicted && change !== 0)
    .sort((a, b) => Math.abs(b.change) - Math.abs(a.change));
  if (changed.length === 0) return [];
  return [
    'Confusions that changed',
    ...list(
      changed,
      ({ truth, predicted }) =>
        `${labels[truth]} taken for ${labels[predicted]}: ${before[truth]?.[predicted]} -> ${after[truth]?.[predicted]}`,
    ),
  ];
}

function datasetLines(dataset: RunComparison['dataset']): string[] {
  if (dataset.kind === 'unknown')
    return [
      dataset.of === 'both'
        ? 'Dataset: both runs are of an older version and keep no list of their images.'
        : `Dataset: the run ${dataset.of} is of an older version and keeps no list of its images.`,
    ];
  const { added, removed, relabelled, unchanged } = dataset;
  return [
    `Dataset: ${added.length} added, ${removed.length} removed, ${relabelled.length} relabelled, ${unchanged} unchanged`,
    ...list(added, (image) => `added: ${image.path}`),
    ...list(removed, (image) => `removed: ${image.path}`),
    ...list(relabelled, (pair) => `relabelled: ${pair.after.path}, was ${pair.before.label}`),
  ];
}

function list<T>(items: readonly T[], line: (item: T) => string): string[] {
  const lines = items.slice(0, most).map((item) => `  ${line(item)}`);
  return items.length > most ? [...lines, `  and ${items.length - most} more; --json lists all`] : lines;
}

function nameOf({ name, title, folder }: ComparedRun): string {
  return `${title === null ? name : `${title} (${name})`}, ${folder}`;
}

function shown(value: string | number | boolean | null): string {
  return value === null ? 'none' : String(value);
}

function share(value: number | null): string {
  return value === null ? '-' : percent(value);
}

function measure(metric: ComparedMetric, side: 'before' | 'after'): string {
  const value = metric[side];
  if (value === null) return '-';
  const interval = metric.interval?.[side];
  switch (metric.key) {
    case 'accuracy':
    case 'leaveOneOutAccuracy':
      return interval
        ? `${percent(value)} (95 %: ${percent(interval.low)} to ${percent(interval.high)})`
        : percent(value);
    case 'top3Accuracy':
    case 'top5Accuracy':
    case 'leaveOneOutTop3Accuracy':
    case 'leaveOneOutTop5Accuracy':
    case 'macroRecall':
    case 'macroF1':
    case 'validationAccuracy':
    case 'trainingAccuracy':
      return percent(value);
    case 'calibrationError':
    case 'leaveOneOutCalibrationError':
    case 'temperature':
    case 'validationCrossEntropy':
    case 'trainingCrossEntropy':
      return value.toFixed(3);
    case 'seconds':
      return value.toFixed(1);
    case 'epochs':
    case 'steps':
    case 'images':
    case 'trainingImages':
    case 'testingImages':
    case 'leaveOneOutImages':
      return String(value);
  }
}

export function comparisonDocument(comparison: RunComparison): object {
  const { before, after, settings, metrics, classes, confusion, flips, leaveOneOut, dataset } = comparison;
  const run = ({ folder, name, title, pinned, created, evaluation, leaveOneOut: everyOne }: ComparedRun) => {
    return { run: folder, name, title, pinned, created, ...evaluation, leaveOneOut: everyOne };
  };
  return {
    format: 1,
    before: run(before),
    after: run(after),
    settings,
    metrics,
    classes,
    confusion,
    flips,
    leaveOneOut,
    dataset,
  };
}
