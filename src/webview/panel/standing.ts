import type { CurveUnit, EpochView, RunningView, TrainingUnderway } from '../../protocol';
import { timeLeft } from '../durations';
import { count, percent } from '../numbers';
import { plural, t } from '../words';

/** How far the step under way is, as the first band says it. */
interface Standing {
  readonly figure: string;
  readonly unit: string;
  readonly lead: string;
  /** What stays, what comes. */
  readonly note: string;
  /** 0 to 1; null where the end is not known. */
  readonly share: number | null;
}

export function standing(running: RunningView): Standing {
  const { step, scan, bottlenecks, views, training, dataset, leavingOut } = running;
  switch (step) {
    case 'scan':
      return {
        figure: count(scan.files),
        unit: plural(scan.files, 'file', 'files'),
        lead: t('Looking through the folder.'),
        note: t('Each subfolder with photos becomes a class, its name the label.'),
        share: null,
      };
    case 'bottlenecks':
      if (views)
        return {
          figure: percent(share(views.done, views.of)),
          unit: '%',
          lead: viewSentence(views),
          note: t('They are computed once and kept. The photos for validation and testing have none.'),
          share: share(views.done, views.of),
        };
      if (!bottlenecks) return beginning(t('Loading the backbone.'), dataset?.images);
      return {
        figure: percent(share(bottlenecks.done, bottlenecks.of)),
        unit: '%',
        lead: bottleneckSentence(bottlenecks),
        note: bottleneckNote(bottlenecks),
        share: share(bottlenecks.done, bottlenecks.of),
      };
    case 'training': {
      if (training?.kind === 'ridge' && training.curve.length > 0) {
        const reached = reachedBy(training);
        return {
          figure: count(reached),
          unit: plural(reached, 'epoch', 'epochs'),
          lead: t('Training: epoch {epoch}.', { epoch: reached }),
          note: t(
            'The nearer it comes, the less an epoch changes: it ends where no answer changes any more.',
          ),
          share: null,
        };
      }
      if (training?.kind === 'ridge')
        return {
          figure: count(training.trials.length),
          unit: plural(training.trials.length, 'penalty', 'penalties'),
          lead: t('Training: choosing how strongly to regularise.'),
          note: t('The penalty with the least leave-one-out error is taken.'),
          share: null,
        };
      if (training?.kind === 'neighbours')
        return {
          figure: percent(training.compared),
          unit: '%',
          lead: t('Training: comparing the training photos with each other.'),
          note: t('How many of the most alike vote is then chosen by leave-one-out.'),
          share: training.compared,
        };
      if (training?.kind === 'centroid') return beginning(t('The class means are there.'), dataset?.images);
      const last = training?.curve.at(-1);
      if (!training || !last) return beginning(t('Beginning to train.'), dataset?.images);
      const reached = reachedBy(training);
      const done = share(reached, training.maxEpochs);
      return {
        figure: percent(done),
        unit: '%',
        lead:
          training.unit === 'step'
            ? t('Training: step {step} of {most}.', { step: reached, most: training.maxEpochs })
            : t('Training: epoch {epoch} of at most {most}.', { epoch: reached, most: training.maxEpochs }),
        note: trainingNote(training.unit, last.validation),
        share: done,
      };
    }
    case 'evaluation':
      if (leavingOut)
        return {
          figure: percent(leavingOut.share),
          unit: '%',
          lead: plural(
            leavingOut.images,
            'Leave-one-out: {n} photo, answered without itself.',
            'Leave-one-out: {n} photos, each answered without itself.',
          ),
          note:
            leavingOut.product === 'plain'
              ? t(
                  'This runtime has no 64-bit product: a plain one in JavaScript, a tenth as fast, stands in.',
                )
              : t('From one factorisation, exactly as if a head had been fitted without each of them.'),
          share: leavingOut.share,
        };
      return {
        figure: '100',
        unit: '%',
        lead: t('Testing on the photos kept aside.'),
        note: t('The model has not seen them: what it says of them is how good it is.'),
        share: null,
      };
  }
}

function beginning(lead: string, images: number | undefined): Standing {
  const note = images === undefined ? '' : plural(images, '{n} image was found.', '{n} images were found.');
  return { figure: '0', unit: '%', lead, note, share: 0 };
}

function bottleneckSentence(bottlenecks: NonNullable<RunningView['bottlenecks']>): string {
  const { done, of, perSecond, secondsLeft } = bottlenecks;
  const params = { done, perSecond: count(perSecond >= 10 ? Math.round(perSecond) : perSecond) };
  if (secondsLeft === null || perSecond <= 0)
    return plural(of, 'Bottlenecks: {done} of {n} image.', 'Bottlenecks: {done} of {n} images.', params);
  return plural(
    of,
    'Bottlenecks: {done} of {n} image, {perSecond} a second, {left}.',
    'Bottlenecks: {done} of {n} images, {perSecond} a second, {left}.',
    { ...params, left: timeLeft(secondsLeft) },
  );
}

function viewSentence({ done, of, secondsLeft }: NonNullable<RunningView['views']>): string {
  if (secondsLeft === null)
    return plural(
      of,
      'Views of the training photos: {done} of {n}.',
      'Views of the training photos: {done} of {n}.',
      { done },
    );
  return plural(
    of,
    'Views of the training photos: {done} of {n}, {left}.',
    'Views of the training photos: {done} of {n}, {left}.',
    { done, left: timeLeft(secondsLeft) },
  );
}

function bottleneckNote({ cached }: NonNullable<RunningView['bottlenecks']>): string {
  return cached === 0
    ? t('What is computed stays, also when you cancel.')
    : t('What is computed stays, also when you cancel. {cached} were in the cache.', { cached });
}

/** How many epochs, the start being one, or steps are done, or penalties or numbers of neighbours tried. */
export function reachedBy(
  training:
    | Pick<Extract<TrainingUnderway, { kind: 'iterative' }>, 'kind' | 'unit' | 'curve'>
    | Pick<Extract<TrainingUnderway, { kind: 'ridge' }>, 'kind' | 'trials' | 'curve'>
    | { readonly kind: 'neighbours'; readonly trials: readonly unknown[] }
    | { readonly kind: 'centroid' },
): number {
  if (training.kind === 'centroid') return 0;
  if (training.kind === 'neighbours') return training.trials.length;
  if (training.kind === 'ridge')
    return training.curve.length > 0 ? training.curve.length : training.trials.length;
  const { unit, curve } = training;
  return unit === 'step' ? (curve.at(-1)?.epoch ?? -1) + 1 : curve.length;
}

function trainingNote(unit: CurveUnit, validation: EpochView['validation']): string {
  if (!validation) return t('There are no validation photos, so nothing can say when it is best.');
  const params = { percent: percent(validation.accuracy) };
  return unit === 'step'
    ? t('So far {percent} % of the validation photos are named rightly.', params)
    : t('So far {percent} % of the validation photos are named rightly. The best epoch is kept.', params);
}

function share(done: number, of: number): number {
  return of > 0 ? Math.min(1, done / of) : 0;
}
