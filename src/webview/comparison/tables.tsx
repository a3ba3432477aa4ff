import type { ComparedClass, ComparedMetric, ComparedSetting } from '../../protocol';
import { Capped } from '../capped';
import { Columns } from '../columns';
import { count, percent } from '../numbers';
import { Name } from '../text';
import { t } from '../words';
import { metricOf, settingName } from './names';

/** How good both are; a better value is marked by more than its colour. */
export function MetricTable({ metrics }: { metrics: readonly ComparedMetric[] }) {
  return (
    <table class="list compared">
      <Columns names={[t('measure'), t('before'), t('after'), t('change')]} />
      <tbody>
        {metrics.map(({ key, before, after, interval }) => {
          const { name, write, better } = metricOf(key);
          const change = before === null || after === null ? 0 : after - before;
          return (
            <tr key={key}>
              <th scope="row">{name}</th>
              <td>
                <Measure value={before} write={write} interval={interval?.before ?? null} />
              </td>
              <td>
                <Measure value={after} write={write} interval={interval?.after ?? null} />
              </td>
              <Change change={change} better={better} write={(value) => write(value).replace(/ %$/, '')} />
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

function Measure(props: {
  value: number | null;
  write: (value: number) => string;
  interval: { readonly low: number; readonly high: number } | null;
}) {
  const { value, write, interval } = props;
  if (value === null) return <>–</>;
  return (
    <>
      {write(value)}
      {interval && (
        <span class="interval">
          {t('{low} to {high}', { low: percent(interval.low, 1), high: percent(interval.high, 1) })}
        </span>
      )}
    </>
  );
}

function Change(props: {
  change: number;
  better: 'higher' | 'lower' | null;
  write: (value: number) => string;
}) {
  const { change, better, write } = props;
  const text = write(Math.abs(change));
  // What rounds to nothing is no change.
  if (text === write(0)) return <td class="unmeasured">·</td>;
  const verdict = better === null ? '' : change > 0 === (better === 'higher') ? 'better' : 'worse';
  return (
    <td class={verdict}>
      {change > 0 ? '+' : '−'}
      {text}
      {verdict !== '' && <span class="sr"> {verdict === 'better' ? t('better') : t('worse')}</span>}
    </td>
  );
}

/** What both were made with; what differs comes first and is marked. */
export function SettingTable({ settings }: { settings: readonly ComparedSetting[] }) {
  const differs = ({ before, after }: ComparedSetting): boolean => before !== after;
  const ordered = [...settings.filter(differs), ...settings.filter((setting) => !differs(setting))];
  const write = (value: ComparedSetting['before']) => (value === null ? '–' : String(value));
  return (
    <table class="list compared">
      <Columns names={[t('setting'), t('before'), t('after')]} />
      <tbody>
        {ordered.map((setting) => (
          <tr key={setting.key} class={differs(setting) ? 'differs' : ''}>
            <th scope="row">
              {settingName(setting.key)}
              {differs(setting) && <span class="sr"> {t('differs')}</span>}
            </th>
            <td>{write(setting.before)}</td>
            <td>{write(setting.after)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Recall by class, the largest change first. */
export function ClassTable({ classes }: { classes: readonly ComparedClass[] }) {
  const changeOf = ({ recall }: ComparedClass): number =>
    recall.before === null || recall.after === null ? 0 : recall.after - recall.before;
  const ordered = [...classes].sort((a, b) => Math.abs(changeOf(b)) - Math.abs(changeOf(a)));
  const share = (value: number | null) => (value === null ? '–' : percent(value));
  const images = ({ before, after }: ComparedClass['images']) =>
    before === after
      ? count(after ?? 0)
      : `${before === null ? '–' : count(before)} → ${after === null ? '–' : count(after)}`;
  return (
    <Capped items={ordered} first={15}>
      {(items) => (
        <table class="list compared">
          <Columns names={[t('class'), t('images'), t('recall before'), t('after'), t('change')]} />
          <tbody>
            {items.map((one) => (
              <tr key={one.label}>
                <th scope="row">
                  <Name of={one.label} />
                </th>
                <td>{images(one.images)}</td>
                <td>{share(one.recall.before)}</td>
                <td>{share(one.recall.after)}</td>
                <Change change={changeOf(one)} better="higher" write={(value) => percent(value)} />
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Capped>
  );
}
