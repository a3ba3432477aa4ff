import { useSignal } from '@preact/signals';
import {
  comparedHeads,
  usuallyCompared,
  type CrossValidatedHead,
  type CrossValidationView,
  type FromPanel,
  type HeadKind,
  type HeadsView,
  type HeadTrainings,
} from '../../protocol';
import { fixed, percent } from '../numbers';
import { Toggle } from '../toggle';
import { plural, t, times } from '../words';
import { Band } from './band';
import { comparedTitle, headTitle } from './headNames';
import { HeadTable } from './headTable';
import { InquiryBody } from './inquiry';
import { bestHead, overlapping } from './rivals';

interface HeadsProps {
  readonly heads: HeadsView;
  /** The head of the settings; null where they cannot be read. */
  readonly chosen: HeadKind | null;
  readonly post: (message: FromPanel) => void;
}

/** How often the photos may be dealt out: the more, the narrower the intervals. */
const dealings = ['1', '2', '5', '10'] as const;

/** Which head is best? Asked with a button, for it takes some trainings to say. */
export function Heads({ heads, chosen, post }: HeadsProps) {
  const repeats = useSignal<(typeof dealings)[number]>('1');
  const compared = useSignal<readonly HeadKind[]>(usuallyCompared);
  const table = (done: readonly CrossValidatedHead[], balanced: boolean) => (
    <HeadTable
      heads={done}
      balanced={balanced}
      chosen={chosen}
      use={(head) => post({ kind: 'useHead', head })}
    />
  );
  return (
    <Band id="heads" title={t('Which head is best?')}>
      <InquiryBody
        inquiry={heads}
        about={t(
          'Cross-validation: trains each head that is ticked on four fifths of the photos, five times, and asks it about the last fifth, whatever side a photo has in this run. The values are in the cache: it takes seconds, the hidden layer minutes with thousands of photos.',
        )}
        question={t('Compare Heads')}
        choice={
          <>
            <span class="dealings">
              <span class="note">{t('Photos dealt out')}</span>{' '}
              <Toggle
                label={t('How often the photos are dealt out')}
                options={dealings.map((key) => ({ key, text: times(Number(key)) }))}
                chosen={repeats.value}
                choose={(key) => (repeats.value = key)}
              />
            </span>
            <HeadChoice chosen={compared.value} choose={(heads) => (compared.value = heads)} />
          </>
        }
        missing={compared.value.length === 0 ? t('Tick at least one head.') : undefined}
        ask={() => post({ kind: 'compareHeads', heads: compared.value, repeats: Number(repeats.value) })}
        cancel={() => post({ kind: 'cancelComparingHeads' })}
        standing={standing}
        partial={({ heads: done }) =>
          done.length > 0 &&
          table(
            done,
            done.some(({ classWeights }) => classWeights !== undefined),
          )
        }
        answer={(answer, again) => (
          <Answer answer={answer} again={again}>
            {table(answer.heads, answer.classWeights !== undefined)}
          </Answer>
        )}
      />
    </Band>
  );
}

interface HeadChoiceProps {
  readonly chosen: readonly HeadKind[];
  readonly choose: (heads: readonly HeadKind[]) => void;
}

/** Which heads are compared. */
function HeadChoice({ chosen, choose }: HeadChoiceProps) {
  const tick = (head: HeadKind, ticked: boolean) =>
    choose(comparedHeads.filter((one) => (one === head ? ticked : chosen.includes(one))));
  return (
    <div class="ticks" role="group" aria-label={t('Heads to compare')}>
      {comparedHeads.map((head) => (
        <label key={head} {...(head === 'hidden' && { title: slow() })}>
          <input
            type="checkbox"
            checked={chosen.includes(head)}
            onChange={(event) => tick(head, event.currentTarget.checked)}
          />
          {headTitle(head)}
          {head === 'hidden' && <span class="note">{t('(takes longest)')}</span>}
        </label>
      ))}
    </div>
  );
}

function slow(): string {
  return t('Takes longer than all the others together: with thousands of photos, minutes.');
}

function standing({ done, of, head }: HeadTrainings): string {
  const params = { done, of };
  return head === null
    ? t('{done} of {of} trainings.', params)
    : t('{done} of {of} trainings: {head}.', { ...params, head: headTitle(head) });
}

interface AnswerProps {
  readonly answer: CrossValidationView;
  readonly again: preact.ComponentChildren;
  readonly children: preact.ComponentChildren;
}

function Answer({ answer, again, children }: AnswerProps) {
  return (
    <>
      <p class="lead">{verdict(answer.heads)}</p>
      <p class="note reading">{rivalry(answer.heads)}</p>
      {children}
      <p class="note method">{method(answer)}</p>
      {again}
    </>
  );
}

function verdict(heads: readonly CrossValidatedHead[]): string {
  const best = bestHead(heads);
  if (!best) return t('Nothing was compared.');
  const params = {
    head: comparedTitle(best),
    accuracy: percent(best.accuracy, 1),
    low: percent(best.interval.low, 1),
    high: percent(best.interval.high, 1),
    loss: fixed(best.crossEntropy, 3),
  };
  if (heads.length === 1) return t('{head}: {accuracy} % right (95 %: {low} to {high}).', params);
  const equal = heads.filter(({ accuracy }) => accuracy === best.accuracy).length;
  return equal > 1
    ? t('{n} heads are equally right, {accuracy} %; of these {head} has the least log loss, {loss}.', {
        ...params,
        n: equal,
      })
    : t('{head} is right most often: {accuracy} % (95 %: {low} to {high}).', params);
}

/** Whether it stands out from the others. */
function rivalry(heads: readonly CrossValidatedHead[]): string {
  const best = bestHead(heads);
  if (!best || heads.length < 2) return '';
  const rivals = overlapping(best, heads);
  if (rivals.length === 0)
    return t('No other interval reaches into its own, which is the strip behind all rows.');
  const names = rivals.map(comparedTitle).join(', ');
  return rivals.length === heads.length - 1
    ? t(
        'The intervals of all others overlap with its own, the strip behind all rows: the differences may be chance.',
      )
    : t(
        'Its interval, the strip behind all rows, overlaps with: {names}. The difference to these may be chance.',
        { names },
      );
}

function method({ images, folds, repeats, seed, heads, classWeights }: CrossValidationView): string {
  const dealt = plural(
    images,
    '{n} photo, {folds} parts: each answered by a head that was trained on the others.',
    '{n} photos in {folds} parts, each answered by a head that was trained on the others; identical photos stay together.',
    { folds },
  );
  const often = t('Dealt out {times}, seed {seed}.', { times: times(repeats), seed: String(seed) });
  const sentences = [dealt, often];
  if (heads.some(({ asSet }) => asSet !== undefined))
    sentences.push(t('As set: trained as this run was; the others are in the usual training of their kind.'));
  if (classWeights) {
    sentences.push(t('Every class counts as much as any other in the trainings.'));
    const without = heads.filter((one) => one.classWeights === undefined).map(comparedTitle);
    if (without.length > 0)
      sentences.push(t('Without class weights, for they take none: {names}.', { names: without.join(', ') }));
  }
  return sentences.join(' ');
}
