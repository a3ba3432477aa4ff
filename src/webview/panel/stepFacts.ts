import type { BottleneckCounts, DatasetFacts, RunningView, RunView, TrainingUnderway } from '../../protocol';
import { duration } from '../durations';
import { plural, t } from '../words';
import { reachedBy } from './standing';

/** One of the four steps, as it is shown. */
export interface StepFacts {
  readonly key: RunningView['step'];
  readonly name: string;
  readonly facts: string;
  readonly state: 'waits' | 'runs' | 'done' | 'stopped';
  /** 0 to 1: how far its bar is filled. */
  readonly share: number;
}

type Iterative = Extract<TrainingUnderway, { kind: 'iterative' }>;
type Ridge = Pick<Extract<TrainingUnderway, { kind: 'ridge' }>, 'kind' | 'curve'>;
type Closed = Exclude<TrainingUnderway, Iterative | { kind: 'ridge' }>;

const order: readonly RunningView['step'][] = ['scan', 'bottlenecks', 'training', 'evaluation'];

export function stepName(step: RunningView['step']): string {
  switch (step) {
    case 'scan':
      return t('Scan');
    case 'bottlenecks':
      return t('Bottlenecks');
    case 'training':
      return t('Train');
    case 'evaluation':
      return t('Evaluate');
  }
}

export function stepsOfRun(run: RunView): StepFacts[] {
  const { training } = run;
  const facts: Record<RunningView['step'], string> = {
    scan: scanned(run.dataset, run.scanSeconds),
    bottlenecks: computed(run.bottlenecks),
    training: joined(counted(training, stepsOf(training)), duration(training.seconds)),
    evaluation: evaluated(run),
  };
  return order.map((key) => ({ key, name: stepName(key), facts: facts[key], state: 'done', share: 1 }));
}

function evaluated({ evaluation, leaveOneOut }: RunView): string {
  const left = leaveOneOut?.kind === 'measured' ? leaveOneOut : null;
  if (evaluation.n === 0 && left === null) return t('nothing to test on');
  const photos =
    evaluation.n > 0 || left === null
      ? plural(evaluation.n, '{n} photo', '{n} photos')
      : plural(left.n, 'leave-one-out, {n} photo', 'leave-one-out, {n} photos');
  return joined(photos, duration(evaluation.seconds + (left?.seconds ?? 0)));
}

/** The steps of work under way, or of work that stopped at its step. */
export function stepsOfRunning(running: RunningView, stopped: boolean): StepFacts[] {
  const at = order.indexOf(running.step);
  return order.map((key, index) => {
    const name = stepName(key);
    if (index > at)
      return { key, name, facts: stopped ? t('not reached') : t('waits'), state: 'waits', share: 0 };
    const { facts, share } = factsOf(running, key);
    if (index < at) return { key, name, facts, state: 'done', share: 1 };
    return { key, name, facts, state: stopped ? 'stopped' : 'runs', share };
  });
}

function factsOf(running: RunningView, step: RunningView['step']): { facts: string; share: number } {
  const { scan, dataset, bottlenecks, training, leavingOut } = running;
  switch (step) {
    case 'scan':
      return dataset
        ? { facts: scanned(dataset, scan.seconds ?? 0), share: 1 }
        : { facts: plural(scan.files, '{n} file', '{n} files'), share: 0.5 };
    case 'bottlenecks':
      if (!bottlenecks) return { facts: t('begins'), share: 0 };
      if (bottlenecks.counts) return { facts: computed(bottlenecks.counts), share: 1 };
      return {
        facts: joined(t('{done} of {of}', { done: bottlenecks.done, of: bottlenecks.of }), bottlenecks.path),
        share: bottlenecks.of > 0 ? bottlenecks.done / bottlenecks.of : 0,
      };
    case 'training': {
      if (!training) return { facts: t('begins'), share: 0 };
      const reached = reachedBy(training);
      const facts = counted(training, reached);
      if (training.seconds !== null) return { facts: joined(facts, duration(training.seconds)), share: 1 };
      return {
        facts,
        share: trainingShare(training, reached),
      };
    }
    case 'evaluation':
      return leavingOut
        ? { facts: t('leave-one-out'), share: 0.5 + leavingOut.share / 2 }
        : { facts: t('begins'), share: 0.5 };
  }
}

function trainingShare(training: TrainingUnderway, reached: number): number {
  switch (training.kind) {
    case 'iterative':
      return reached / Math.max(1, training.maxEpochs);
    case 'neighbours':
      return training.compared;
    case 'ridge':
    case 'centroid':
      return 0.5;
  }
}

function scanned(dataset: DatasetFacts, seconds: number): string {
  const images = plural(dataset.images, '{n} image', '{n} images');
  const skipped = dataset.skipped.length;
  const found = skipped === 0 ? images : t('{images}, {skipped} skipped', { images, skipped });
  return joined(found, duration(seconds));
}

function computed({ cached, computed, seconds }: BottleneckCounts): string {
  const what =
    computed === 0
      ? t('all {cached} from the cache', { cached })
      : t('{computed} new, {cached} cached', { computed, cached });
  return joined(what, duration(seconds));
}

/** Of a run: without the start. */
function stepsOf(training: RunView['training']): number {
  if (training.kind === 'iterative') return training.epochs;
  const reached = reachedBy(training);
  return training.kind === 'ridge' && training.curve.length > 0 ? reached - 1 : reached;
}

function counted(
  training: { kind: Closed['kind'] } | Ridge | Pick<Iterative, 'kind' | 'unit'>,
  n: number,
): string {
  switch (training.kind) {
    case 'iterative':
      return training.unit === 'step'
        ? plural(n, '{n} step', '{n} steps')
        : plural(n, '{n} epoch', '{n} epochs');
    case 'ridge':
      return training.curve.length > 0
        ? plural(n, '{n} epoch', '{n} epochs')
        : plural(n, '{n} penalty', '{n} penalties');
    case 'neighbours':
      return plural(n, '{n} number of votes', '{n} numbers of votes');
    case 'centroid':
      return t('class means');
  }
}

function joined(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join(' · ');
}
