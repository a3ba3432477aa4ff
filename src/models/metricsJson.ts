import { Untrusted } from '../base';
import type { CurveUnit, Epoch, GradientPlace, Measures, TrainingEnd } from '../training';
import { readWarning } from './runJson';
import { damaged, mostClasses } from './runFiles';
import { count, penalty, seconds } from './numbers';
import { readSureness } from './sureness';
import type {
  IterativeTraining,
  Measured,
  MeasuredLeaveOneOut,
  NeighboursTraining,
  RidgeTraining,
  RunEvaluation,
  RunLeaveOneOut,
  RunTraining,
} from './runRecord';

/** What metrics.json holds: all that was measured but the answers to the single images. */
export interface Metrics {
  readonly training: RunTraining;
  readonly evaluation: RunEvaluation;
  readonly leaveOneOut: MeasuredLeaveOneOut | Extract<RunLeaveOneOut, { kind: 'skipped' }> | null;
}

/**
 * Raised when the file's meaning changes. Before 3 every training was iterative or of ridge; before 2 it was iterative,
 * and there was no leave-one-out.
 */
const format = 3;
const mostEpochs = 1_000_000;
const mostSteps = 1_000_000_000;
const mostTrials = 1000;

export function writeMetricsJson({ training, evaluation, leaveOneOut }: Metrics): string {
  return `${JSON.stringify({ format, training, evaluation, leaveOneOut }, null, 2)}\n`;
}

/** @throws RUN_DAMAGED, also where its numbers contradict each other */
export function readMetricsJson(text: string, file: string): Metrics {
  const root = Untrusted.parse(text, (reason) => damaged(file, reason));
  const version = root.field('format').integer(1, format);
  return {
    training: readTraining(root.field('training'), version),
    evaluation: readEvaluation(root.field('evaluation')),
    leaveOneOut: version === 1 ? null : root.field('leaveOneOut').nullable(readLeaveOneOut),
  };
}

function readTraining(training: Untrusted, version: number): RunTraining {
  if (version === 1) return readIterative(training);
  const kind = training.field('kind');
  switch (kind.text()) {
    case 'iterative':
      return readIterative(training);
    case 'ridge':
      return readRidge(training);
    case 'neighbours':
      return readNeighbours(training);
    case 'centroid':
      return {
        kind: 'centroid',
        temperature: temperature(training),
        seconds: seconds(training.field('seconds')),
      };
    default:
      throw kind.fail('the name of a training was expected');
  }
}

function readIterative(training: Untrusted): IterativeTraining {
  // Where nothing is said, the run is from before there was anything but epochs.
  const unit = readUnit(training.optional('unit'));
  const curve = readCurve(training.field('curve'), unit);
  const best = training.field('bestEpoch');
  const bestEpoch = best.integer(0, curve.at(-1)?.epoch ?? 0);
  if (curve.length > 0 && !curve.some(({ epoch }) => epoch === bestEpoch))
    throw best.fail('it is not in the curve');
  return {
    kind: 'iterative',
    unit,
    epochs: training.field('epochs').integer(0, mostSteps),
    bestEpoch,
    ...readEnd(training.optional('ended')),
    seconds: seconds(training.field('seconds')),
    curve,
    ...readRegularisation(training.optional('regularisation')),
    ...readPlace(training.optional('state'), curve.length),
  };
}

function readPlace(state: Untrusted | undefined, measurements: number): { readonly state?: GradientPlace } {
  if (state === undefined) return {};
  const steps = state.field('steps').integer(1, mostSteps);
  const measured = state.field('measured').integer(0, measurements);
  const index = (name: string) => state.field(name).integer(0, Math.max(0, measured - 1));
  return {
    state: {
      steps,
      before: state.field('before').integer(0, steps),
      measured,
      best: index('best'),
      patientSince: index('patientSince'),
    },
  };
}

function readCurve(curve: Untrusted, unit: CurveUnit): Epoch[] {
  let before = -1;
  return curve.items(mostEpochs).map((item, index) => {
    const number = item.field('epoch');
    if (unit === 'epoch') number.is(index);
    before = number.integer(before + 1, mostSteps);
    return {
      epoch: before,
      training: readScore(item.field('training')),
      validation: item.field('validation').nullable(readScore),
    };
  });
}

function readRegularisation(chosen: Untrusted | undefined): Pick<IterativeTraining, 'regularisation'> {
  if (chosen === undefined) return {};
  const trials = chosen
    .field('trials')
    .items(mostTrials)
    .map((trial) => ({ l2: l2(trial.field('l2')), crossEntropy: loss(trial.field('crossEntropy')) }));
  const taken = chosen.field('l2');
  if (!trials.some((trial) => trial.l2 === taken.value)) throw taken.fail('it was not tried');
  return { regularisation: { l2: l2(taken), trials } };
}

const ends: readonly TrainingEnd[] = ['converged', 'limit', 'patience', 'stopped'];

function readEnd(end: Untrusted | undefined): Pick<IterativeTraining, 'ended'> {
  if (end === undefined) return {};
  const ended = ends.find((one) => one === end.value);
  if (ended === undefined) throw end.fail(`${ends.join(' or ')} was expected`);
  return { ended };
}

function readUnit(unit: Untrusted | undefined): CurveUnit {
  return unit?.matching(/^(?:epoch|step)$/, 'epoch or step') === 'step' ? 'step' : 'epoch';
}

function readScore(score: Untrusted): Measures {
  return {
    accuracy: share(score.field('accuracy')),
    crossEntropy: loss(score.field('crossEntropy')),
  };
}

function readRidge(training: Untrusted): RidgeTraining {
  const trials = training
    .field('trials')
    .items(mostTrials)
    .map((trial) => ({
      penalty: penalty(trial.field('penalty')),
      error: trial.field('error').number(0, Number.MAX_VALUE),
    }));
  const chosen = training.field('penalty');
  if (!trials.some((trial) => trial.penalty === chosen.value)) throw chosen.fail('it was not tried');
  const curve = training.optional('curve');
  return {
    kind: 'ridge',
    curve: curve ? readCurve(curve, 'epoch') : [],
    penalty: penalty(chosen),
    temperature: temperature(training),
    trials,
    chosenOn: training.optional('chosenOn')?.nullable(count) ?? null,
    seconds: seconds(training.field('seconds')),
  };
}

function readNeighbours(training: Untrusted): NeighboursTraining {
  const trials = training
    .field('trials')
    .items(mostTrials)
    .map((trial) => ({
      k: trial.field('k').integer(1, mostSteps),
      error: share(trial.field('error')),
      crossEntropy: loss(trial.field('crossEntropy')),
    }));
  const chosen = training.field('k');
  if (trials.length > 0 && !trials.some(({ k }) => k === chosen.value)) throw chosen.fail('it was not tried');
  return {
    kind: 'neighbours',
    k: chosen.integer(1, mostSteps),
    temperature: temperature(training),
    trials,
    seconds: seconds(training.field('seconds')),
  };
}

function temperature(training: Untrusted): number {
  return training.field('temperature').number(Number.MIN_VALUE, Number.MAX_VALUE);
}

function l2(value: Untrusted): number {
  return value.number(0, Number.MAX_VALUE);
}

/** Cross-entropy, in nats. */
function loss(value: Untrusted): number {
  return value.number(0, Number.MAX_VALUE);
}

function readEvaluation(evaluation: Untrusted): RunEvaluation {
  evaluation.field('on').is('testing');
  const measured = readMeasured(evaluation);
  const unknown = evaluation.optional('unknown')?.integer(0, measured.n);
  return { on: 'testing', ...measured, ...(unknown !== undefined && { unknown }) };
}

function readLeaveOneOut(leaveOneOut: Untrusted): NonNullable<Metrics['leaveOneOut']> {
  const kind = leaveOneOut.field('kind');
  switch (kind.text()) {
    case 'measured':
      return {
        kind: 'measured',
        penalty: penalty(leaveOneOut.field('penalty')),
        ...readProduct(leaveOneOut.optional('product')),
        ...readMeasured(leaveOneOut),
      };
    case 'skipped':
      return { kind: 'skipped', reason: readWarning(leaveOneOut.field('reason')) };
    default:
      throw kind.fail('measured or skipped was expected');
  }
}

function readProduct(product: Untrusted | undefined): Pick<MeasuredLeaveOneOut, 'product'> {
  if (product === undefined) return {};
  return {
    product: product.matching(/^(?:native|plain)$/, 'native or plain') === 'plain' ? 'plain' : 'native',
  };
}

function readMeasured(measured: Untrusted): Measured {
  const labels = measured
    .field('labels')
    .items(mostClasses)
    .map((label) => label.text());
  const rows = measured.field('confusion');
  const confusion = rows.items(labels.length).map((row) => row.items(labels.length).map(count));
  if (confusion.length !== labels.length || confusion.some((row) => row.length !== labels.length))
    throw rows.fail(`${labels.length} rows and columns were expected`);
  const n = count(measured.field('n'));
  if (confusion.flat().reduce((sum, value) => sum + value, 0) !== n)
    throw rows.fail('its counts do not add up to n');
  const accuracy = measured.field('accuracy').nullable(share);
  const right = confusion.reduce((sum, row, i) => sum + (row[i] ?? 0), 0);
  if (n === 0 ? accuracy !== null : accuracy === null || Math.abs(accuracy - right / n) > 1e-9)
    throw measured.fail('its accuracy is not that of its confusion matrix');
  const perClass = measured.field('perClass');
  const classes = perClass.items(labels.length);
  if (classes.length !== labels.length) throw perClass.fail(`${labels.length} items were expected`);
  return {
    labels,
    n,
    accuracy,
    interval: measured
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
    // Not there in a run from before there was any.
    sureness: measured.optional('sureness')?.nullable((sureness) => readSureness(sureness, n)) ?? null,
    seconds: seconds(measured.field('seconds')),
  };
}

function share(value: Untrusted): number {
  return value.number(0, 1);
}
