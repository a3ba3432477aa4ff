import type { ComparedRun } from '../../protocol';
import { count } from '../numbers';
import { plural, t } from '../words';

/** What the curve of a run counts and how far it goes; that there is none, and why. */
export function courseOf({ head, curve }: ComparedRun): string {
  const last = curve.at(-1);
  if (!last) return whyNone(head);
  const n = last.epoch;
  switch (head.kind) {
    case 'ridge':
      return plural(n, '{n} epoch of conjugate gradients', '{n} epochs of conjugate gradients');
    case 'hidden':
      return plural(
        n,
        '{n} epoch of Adam, once over the photos in batches',
        '{n} epochs of Adam, each once over the photos in batches',
      );
    case 'softmax':
      break;
    case 'neighbours':
    case 'centroid':
      return plural(n, '{n} epoch', '{n} epochs');
  }
  const { optimizer } = head;
  switch (optimizer.kind) {
    case 'l-bfgs':
      return plural(n, '{n} epoch of L-BFGS', '{n} epochs of L-BFGS');
    case 'retrain.py':
      return stepsOf('retrain.py', n, optimizer.trainBatchSize);
    case 'adam':
      return stepsOf('Adam', n, optimizer.trainBatchSize);
    case 'sgd':
      return stepsOf(t('gradient descent'), n, optimizer.trainBatchSize);
  }
}

/** `batch`: photos of a step, -1 where it takes all. */
function stepsOf(name: string, n: number, batch: number): string {
  const params = { name, batch: count(batch) };
  return batch < 0
    ? plural(n, '{n} step of {name}, with all photos', '{n} steps of {name}, each with all photos', params)
    : plural(
        n,
        '{n} step of {name}, with {batch} photos',
        '{n} steps of {name}, each with {batch} photos',
        params,
      );
}

function whyNone(head: ComparedRun['head']): string {
  switch (head.kind) {
    case 'neighbours':
      return t('no curve: the most alike photos vote, nothing is trained step by step');
    case 'centroid':
      return t('no curve: the means of the classes are computed at once');
    case 'ridge':
      return t('no curve: the head was solved for at once');
    case 'softmax':
    case 'hidden':
      return t('no curve: the run keeps none');
  }
}

/** What a person has to know to read two curves in one plot; undefined where their epochs are of one kind. */
export function readingOf(before: ComparedRun, after: ComparedRun): string | undefined {
  if (before.curve.length === 0 || after.curve.length === 0) return undefined;
  if (before.unit !== after.unit)
    return t(
      'A step is not an epoch: each run has an axis of its own, before above and after below, and fills the plot.',
    );
  if (kindOf(before) === kindOf(after)) return undefined;
  return before.unit === 'step'
    ? t('They are on one axis, but a step of one is not the same work as a step of the other.')
    : t('They are on one axis, but an epoch of one is not the same work as an epoch of the other.');
}

/** What is done in an epoch or step. */
function kindOf({ head }: ComparedRun): string {
  return head.kind === 'softmax' ? head.optimizer.kind : head.kind;
}
