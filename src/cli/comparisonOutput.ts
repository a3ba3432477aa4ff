import type { ComparedMetric, ComparedRun, RunComparison } from '../jobs';
import { percent, printable } from './text';

/** How many images of a kind the terminal lists. */
const most = 20;

export function comparisonText(comparison: RunComparison): string {
  const { before, after, settings, metrics, classes, flips } = comparison;
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
    'Recall by class',
    ...classes.map(({ label, recall }) => `  ${label}: ${share(recall.before)} -> ${share(recall.after)}`),
    '',
    ...confusionLines(comparison.confusion),
    `Images that both were tested on: ${flips.both}; both right ${flips.bothRight}, both wrong ${flips.bothWrong}, wrong -> right ${flips.toRight.length}, right -> wrong ${flips.toWrong.length} (McNemar p = ${flips.pValue.toFixed(3)})`,
    ...list(flips.toWrong, (pair) => `right -> wrong: ${pair.after.path} taken for ${pair.after.predicted}`),
    ...list(
      flips.toRight,
      (pair) => `wrong -> right: ${pair.after.path}, was taken for ${pair.before.predicted}`,
    ),
    '',
    ...datasetLines(comparison.dataset),
  ];
  return lines.map(printable).join('\n');
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
    '',
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
  switch (metric.key) {
    case 'accuracy':
    case 'macroRecall':
    case 'macroF1':
    case 'validationAccuracy':
    case 'trainingAccuracy':
      return percent(value);
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
      return String(value);
  }
}

export function comparisonDocument(comparison: RunComparison): object {
  const { before, after, settings, metrics, classes, confusion, flips, dataset } = comparison;
  const run = ({ folder, name, title, pinned, created, evaluation }: ComparedRun) => {
    return { run: folder, name, title, pinned, created, ...evaluation };
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
    dataset,
  };
}
