import { useSignal } from '@preact/signals';
import type { ComparedRun, FromComparison, RunComparison } from '../../protocol';
import { Band } from '../panel/band';
import { fixed, percent } from '../numbers';
import type { Measured } from '../panel/measured';
import { Name } from '../text';
import { Toggle } from '../toggle';
import { plural, t } from '../words';
import { answersOf, firstMeasured, scoreOf } from './compared';
import { ClassTable, MetricTable, SettingTable } from './tables';
import { DatasetBand } from './dataset';
import { DifferenceMatrix, isWide } from './differenceMatrix';
import { FlipGallery } from './flips';
import { Overlay } from './overlay';
import { runNameOf, when } from './names';

interface PageProps {
  readonly comparison: RunComparison;
  readonly post: (message: FromComparison) => void;
}

/** Two runs side by side: what differs in what they were made with, how good they are, and where they disagree. */
export function ComparisonPage({ comparison, post }: PageProps) {
  const { before, after, leaveOneOut } = comparison;
  const chosen = useSignal<Measured | null>(null);
  const measured = leaveOneOut === null ? 'testing' : (chosen.value ?? firstMeasured(comparison));
  const { confusion, flips, classes } = answersOf(comparison, measured);
  const open = (path: string) => post({ kind: 'openImage', path });
  const wide = isWide(confusion);
  const matrix = <DifferenceMatrix confusion={confusion} photos={flips.both} />;
  const card = (of: 'before' | 'after') => (
    <RunCard run={comparison[of]} of={of} measured={measured} open={() => post({ kind: 'openRun', of })} />
  );
  return (
    <>
      <header class="top">
        <h1>{t('Compare Runs')}</h1>
        <p class="about">
          <Name of={after.datasetName} />
        </p>
        <div class="actions">
          <button type="button" class="button" onClick={() => post({ kind: 'swap' })}>
            {t('Swap')}
          </button>
        </div>
      </header>
      <main>
        <div class="pair-of-runs">
          {card('before')}
          {card('after')}
        </div>
        <div class="answer">
          {leaveOneOut !== null && (
            <Toggle
              label={t('Photos that are compared')}
              options={[
                { key: 'leaveOneOut', text: t('leave-one-out') },
                { key: 'testing', text: t('testing photos') },
              ]}
              chosen={measured}
              choose={(next) => {
                chosen.value = next;
              }}
            />
          )}
          <p class="lead">{verdict(comparison, measured)}</p>
          <Notes comparison={comparison} measured={measured} />
        </div>
        <div class="columns">
          <Band id="measures" title={t('Measures')}>
            <MetricTable metrics={comparison.metrics} />
          </Band>
          <Band id="settings" title={t('Settings')}>
            <SettingTable settings={comparison.settings} />
          </Band>
        </div>
        <div class="columns">
          <Overlay before={before} after={after} />
          {!wide && matrix}
        </div>
        {wide && matrix}
        <FlipGallery id="to-wrong" pairs={flips.toWrong} kind="toWrong" open={open} />
        <FlipGallery id="to-right" pairs={flips.toRight} kind="toRight" open={open} />
        <div class="columns">
          <Band id="classes" title={t('Classes')}>
            <ClassTable classes={classes} />
          </Band>
          <DatasetBand dataset={comparison.dataset} open={open} />
        </div>
      </main>
    </>
  );
}

function RunCard(props: { run: ComparedRun; of: 'before' | 'after'; measured: Measured; open: () => void }) {
  const { run, of, measured, open } = props;
  const heading = of === 'before' ? t('before') : t('after');
  const score = scoreOf(run, measured);
  const { accuracy } = score;
  return (
    <section class={`run-card ${of === 'before' ? 'second' : 'first'}`} aria-label={heading}>
      <h2>{heading}</h2>
      <button type="button" class="row-button link" onClick={open}>
        <Name of={runNameOf(run)} />
      </button>
      <p class="score">
        {accuracy === null ? '–' : percent(accuracy, 1)}
        <span class="unit">%</span>
      </p>
      <p class="note">{scoreNote(score, measured)}</p>
      <p class="note">{when(run.created)}</p>
    </section>
  );
}

/** Of how many photos the score is, and its interval. */
function scoreNote({ n, interval }: ComparedRun['evaluation'], measured: Measured): string {
  if (interval === null) return t('not tested');
  const params = { low: percent(interval.low, 1), high: percent(interval.high, 1) };
  return measured === 'leaveOneOut'
    ? plural(
        n,
        'leave-one-out, {n} photo; 95 %: {low} to {high}',
        'leave-one-out, {n} photos; 95 %: {low} to {high}',
        params,
      )
    : plural(
        n,
        '{n} testing photo; 95 %: {low} to {high}',
        '{n} testing photos; 95 %: {low} to {high}',
        params,
      );
}

/** Which is better, on the photos that both were measured on: chance alone makes differences too. */
function verdict(comparison: RunComparison, measured: Measured): string {
  const { both, toWrong, toRight, pValue } = answersOf(comparison, measured).flips;
  if (both === 0)
    return measured === 'leaveOneOut'
      ? t('The runs have no photo in common: their accuracies are of different photos.')
      : t('No photo was a testing photo of both runs: their accuracies are of different photos.');
  const params = { right: toRight.length, wrong: toWrong.length, p: fixed(pValue, 3) };
  const counts =
    measured === 'leaveOneOut'
      ? plural(
          both,
          'Of {n} photo that both answered without having seen it, {right} became right and {wrong} wrong',
          'Of {n} photos that both answered without having seen them, {right} became right and {wrong} wrong',
          params,
        )
      : plural(
          both,
          'Of {n} photo that both were tested on, {right} became right and {wrong} wrong',
          'Of {n} photos that both were tested on, {right} became right and {wrong} wrong',
          params,
        );
  return pValue < 0.05
    ? t('{counts}: more than chance (p = {p}).', { counts, p: params.p })
    : t('{counts}: no more than chance may do (p = {p}).', { counts, p: params.p });
}

/** What a person has to know to read the answers: which photos they leave out, and whose they are. */
function Notes({ comparison, measured }: { comparison: RunComparison; measured: Measured }) {
  const { before, after, leaveOneOut } = comparison;
  const { both } = answersOf(comparison, measured).flips;
  const [was, is] = [scoreOf(before, measured).n, scoreOf(after, measured).n];
  return (
    <>
      {both > 0 && (both < was || both < is) && (
        <p class="note">
          {t(
            'Each accuracy is of all photos that its run was measured on, {was} before and {is} after; what became right or wrong, and the matrix, are of the {both} that both have.',
            { was, is, both },
          )}
        </p>
      )}
      {leaveOneOut?.ofHeads === false && (
        <p class="note">
          {t(
            'Leave-one-out is of ridge heads and without distorted views, whatever the runs were trained with: it tells their photos and backbones apart, not their heads.',
          )}
        </p>
      )}
    </>
  );
}
