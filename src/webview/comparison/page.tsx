import type { ComparedRun, FromComparison, RunComparison } from '../../protocol';
import { Band } from '../panel/band';
import { fixed, percent } from '../numbers';
import { Name } from '../text';
import { plural, t } from '../words';
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
  const { before, after, flips } = comparison;
  const open = (path: string) => post({ kind: 'openImage', path });
  const wide = isWide(comparison.confusion);
  const matrix = <DifferenceMatrix confusion={comparison.confusion} />;
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
          <RunCard run={before} heading={t('before')} open={() => post({ kind: 'openRun', of: 'before' })} />
          <RunCard run={after} heading={t('after')} open={() => post({ kind: 'openRun', of: 'after' })} />
        </div>
        <p class="answer">
          <span class="lead">{verdict(comparison)}</span>
        </p>
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
            <ClassTable classes={comparison.classes} />
          </Band>
          <DatasetBand dataset={comparison.dataset} open={open} />
        </div>
      </main>
    </>
  );
}

function RunCard({ run, heading, open }: { run: ComparedRun; heading: string; open: () => void }) {
  const { accuracy, interval, n } = run.evaluation;
  return (
    <section class={`run-card ${heading === t('before') ? 'second' : 'first'}`} aria-label={heading}>
      <h2>{heading}</h2>
      <button type="button" class="row-button link" onClick={open}>
        <Name of={runNameOf(run)} />
      </button>
      <p class="score">
        {accuracy === null ? '–' : percent(accuracy, 1)}
        <span class="unit">%</span>
      </p>
      <p class="note">
        {interval === null
          ? t('not tested')
          : plural(
              n,
              '{n} testing photo; 95 %: {low} to {high}',
              '{n} testing photos; 95 %: {low} to {high}',
              {
                low: percent(interval.low, 1),
                high: percent(interval.high, 1),
              },
            )}
      </p>
      <p class="note">{when(run.created)}</p>
    </section>
  );
}

/** Which is better, on the images that both were tested on: chance alone makes differences too. */
function verdict({ flips }: RunComparison): string {
  const { both, toWrong, toRight, pValue } = flips;
  if (both === 0)
    return t('No photo was a testing photo of both runs: their accuracies are of different photos.');
  const params = { right: toRight.length, wrong: toWrong.length, p: fixed(pValue, 3) };
  const counts = plural(
    both,
    'Of {n} photo that both were tested on, {right} became right and {wrong} wrong',
    'Of {n} photos that both were tested on, {right} became right and {wrong} wrong',
    params,
  );
  return pValue < 0.05
    ? t('{counts}: more than chance (p = {p}).', { counts, p: params.p })
    : t('{counts}: no more than chance may do (p = {p}).', { counts, p: params.p });
}
