import { Untrusted } from '../base';
import type { CurveUnit, Epoch, Measures } from '../training';
import { damaged, mostClasses } from './runFiles';
import { count, seconds } from './numbers';
import type { RunEvaluation, RunTraining } from './runRecord';

/** What metrics.json holds. */
export interface Metrics {
  readonly training: RunTraining;
  readonly evaluation: RunEvaluation;
}

/** Raised when the file's meaning changes. */
const format = 1;
const mostEpochs = 1_000_000;
const mostSteps = 1_000_000_000;

export function writeMetricsJson({ training, evaluation }: Metrics): string {
  return `${JSON.stringify({ format, training, evaluation }, null, 2)}\n`;
}

/** @throws RUN_DAMAGED, also where its numbers contradict each other */
export function readMetricsJson(text: string, file: string): Metrics {
  const root = Untrusted.parse(text, (reason) => damaged(file, reason));
  root.field('format').is(format);
  return {
    training: readTraining(root.field('training')),
    evaluation: readEvaluation(root.field('evaluation')),
  };
}

function readTraining(training: Untrusted): RunTraining {
  // Where nothing is said, the run is from before there was anything but epochs.
  const unit = readUnit(training.optional('unit'));
  let before = -1;
  const curve = training
    .field('curve')
    .items(mostEpochs)
    .map((item, index): Epoch => {
      const number = item.field('epoch');
      if (unit === 'epoch') number.is(index);
      before = number.integer(before + 1, mostSteps);
      return {
        epoch: before,
        training: readScore(item.field('training')),
        validation: item.field('validation').nullable(readScore),
      };
    });
  const best = training.field('bestEpoch');
  const bestEpoch = best.integer(0, Math.max(before, 0));
  if (curve.length > 0 && !curve.some(({ epoch }) => epoch === bestEpoch))
    throw best.fail('it is not in the curve');
  return {
    unit,
    epochs: training.field('epochs').integer(0, mostSteps),
    bestEpoch,
    seconds: seconds(training.field('seconds')),
    curve,
  };
}

function readUnit(unit: Untrusted | undefined): CurveUnit {
  return unit?.matching(/^(?:epoch|step)$/, 'epoch or step') === 'step' ? 'step' : 'epoch';
}

function readScore(score: Untrusted): Measures {
  return {
    accuracy: share(score.field('accuracy')),
    crossEntropy: score.field('crossEntropy').number(0, Number.MAX_VALUE),
  };
}

function readEvaluation(evaluation: Untrusted): RunEvaluation {
  evaluation.field('on').is('testing');
  const labels = evaluation
    .field('labels')
    .items(mostClasses)
    .map((label) => label.text());
  const rows = evaluation.field('confusion');
  const confusion = rows.items(labels.length).map((row) => row.items(labels.length).map(count));
  if (confusion.length !== labels.length || confusion.some((row) => row.length !== labels.length))
    throw rows.fail(`${labels.length} rows and columns were expected`);
  const n = count(evaluation.field('n'));
  if (confusion.flat().reduce((sum, value) => sum + value, 0) !== n)
    throw rows.fail('its counts do not add up to n');
  const accuracy = evaluation.field('accuracy').nullable(share);
  const right = confusion.reduce((sum, row, i) => sum + (row[i] ?? 0), 0);
  if (n === 0 ? accuracy !== null : accuracy === null || Math.abs(accuracy - right / n) > 1e-9)
    throw evaluation.fail('its accuracy is not that of its confusion matrix');
  const perClass = evaluation.field('perClass');
  const classes = perClass.items(labels.length);
  if (classes.length !== labels.length) throw perClass.fail(`${labels.length} items were expected`);
  return {
    on: 'testing',
    labels,
    n,
    accuracy,
    interval: evaluation
      .field('interval')
      .nullable((interval) => ({ low: share(interval.field('low')), high: share(interval.field('high')) })),
    confusion,
    perClass: classes.map((item, i) => {
      const label = labels[i] ?? '';
      item.field('label').is(label);
      return {
        label,
        images: count(item.field('images')),
        precision: item.field('precision').nullable(share),
        recall: item.field('recall').nullable(share),
        f1: item.field('f1').nullable(share),
      };
    }),
    seconds: seconds(evaluation.field('seconds')),
  };
}

function share(value: Untrusted): number {
  return value.number(0, 1);
}
