import type { CrossValidatedHead, HeadKind } from '../../protocol';
import { shareAxis, type Axis } from '../backbones/axes';
import { duration } from '../durations';
import { fixed, percent } from '../numbers';
import { t } from '../words';
import { comparedTitle, headTitle } from './headNames';
import { bestHead } from './rivals';

interface HeadTableProps {
  readonly heads: readonly CrossValidatedHead[];
  /** Class weights were asked for: the recall of the classes counts then. */
  readonly balanced: boolean;
  readonly chosen: HeadKind | null;
  readonly use: (head: HeadKind) => void;
}

/** A row a head: its interval on an axis that all share, behind it that of the best. */
export function HeadTable({ heads, balanced, chosen, use }: HeadTableProps) {
  const axis = shareAxis(
    heads.map(({ interval }) => interval.low),
    heads.map(({ interval }) => interval.high),
  );
  const best = bestHead(heads);
  return (
    <div class="wide" tabIndex={0} role="group" aria-label={t('Heads')}>
      <table class={balanced ? 'list heads balanced' : 'list heads'}>
        <thead>
          <tr>
            <th scope="col">{t('head')}</th>
            <th scope="col">{t('right, %')}</th>
            <th scope="col">{t('95 %')}</th>
            <th class="scale" aria-hidden="true">
              <Scale axis={axis} />
            </th>
            {balanced && <th scope="col">{t('recall, mean of classes, %')}</th>}
            <th scope="col">{t('log loss')}</th>
            <th scope="col">{t('calibration error, points')}</th>
            <th scope="col">{t('time')}</th>
            <th scope="col">{t('setting')}</th>
          </tr>
        </thead>
        <tbody>
          {heads.map((one) => (
            <tr key={comparedTitle(one)} class={one === best ? 'best' : ''}>
              <th scope="row">
                {one === best ? t('{head}, best', { head: comparedTitle(one) }) : comparedTitle(one)}
              </th>
              <td>{percent(one.accuracy, 1)}</td>
              <td>
                {percent(one.interval.low, 1)} – {percent(one.interval.high, 1)}
              </td>
              <td class="scale" aria-hidden="true">
                <IntervalBar axis={axis} one={one} best={best} />
              </td>
              {balanced && <td>{percent(one.macroRecall, 1)}</td>}
              <td>{fixed(one.crossEntropy, 3)}</td>
              <td>{percent(one.calibrationError, 1)}</td>
              <td>{duration(one.seconds)}</td>
              <td>
                <Setting one={one} chosen={chosen} use={use} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Marks that stand at least so far apart, as a share of the axis, are written. */
const leastApart = 0.3;

function Scale({ axis: { place, ticks } }: { axis: Axis }) {
  const step = Math.max(1, Math.ceil(leastApart * (ticks.length - 1)));
  const written = ticks.filter((_, i) => i % step === 0);
  return (
    <span class="marks">
      {written.map((tick) => (
        <span key={tick} class="mark" style={`--x: ${place(tick).toFixed(4)}`}>
          {percent(tick)} %
        </span>
      ))}
    </span>
  );
}

interface IntervalProps {
  readonly axis: Axis;
  readonly one: CrossValidatedHead;
  readonly best: CrossValidatedHead | undefined;
}

function IntervalBar({ axis: { place }, one, best }: IntervalProps) {
  const range = ({ interval: { low, high } }: CrossValidatedHead) =>
    `--low: ${place(low).toFixed(4)}; --high: ${place(high).toFixed(4)}`;
  return (
    <span class="track">
      {best && <span class="reach" style={range(best)} />}
      <span class="range" style={range(one)} />
      <span class="mean" style={`--x: ${place(one.accuracy).toFixed(4)}`} />
    </span>
  );
}

function Setting({ one, chosen, use }: { one: CrossValidatedHead } & Pick<HeadTableProps, 'chosen' | 'use'>) {
  if (one.asSet) return <>{t('as this run')}</>;
  if (one.head === chosen) return <>{t('in use')}</>;
  return (
    <button
      type="button"
      class="word link"
      aria-label={t('Use {id}', { id: headTitle(one.head) })}
      onClick={() => use(one.head)}
    >
      {t('Use')}
    </button>
  );
}
