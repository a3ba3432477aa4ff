import type { NeighboursTrial, RidgeTrial } from '../../protocol';
import { Columns } from '../columns';
import { fixed, percent } from '../numbers';
import { plural, t } from '../words';
import { Band } from './band';

interface RidgeTrialsProps {
  readonly trials: readonly RidgeTrial[];
  /** The one that was taken; null while it is sought. */
  readonly penalty: number | null;
}

/** How the penalty of a ridge classifier was chosen: the leave-one-out error under each that was tried. */
export function RidgeTrials({ trials, penalty }: RidgeTrialsProps) {
  return (
    <TrialTable
      name={t('penalty')}
      measure={t('leave-one-out error, mean square')}
      rows={[...trials]
        .sort((a, b) => a.penalty - b.penalty)
        .map(({ penalty: tried, error }) => ({
          name: tried === penalty ? t('{penalty}, taken', { penalty: String(tried) }) : String(tried),
          taken: tried === penalty,
          size: error,
          value: fixed(error, 3),
        }))}
    />
  );
}

interface NeighboursTrialsProps {
  readonly trials: readonly NeighboursTrial[];
  /** The number that was taken; null while it is sought. */
  readonly k: number | null;
}

/** How many neighbours vote, and why: what leave-one-out says of each number that was tried. */
export function NeighboursTraining({ trials, k }: NeighboursTrialsProps) {
  return (
    <Band
      id="training"
      title={t('Training')}
      aside={plural(trials.length, '{n} number tried', '{n} numbers tried')}
    >
      <p class="note">
        {t(
          'Nothing is fitted: the training photos that are most alike vote. How many vote is the number that gives the training photos the least cross-entropy when none votes on itself; validation photos have no part in it.',
        )}
      </p>
      <TrialTable
        name={t('votes')}
        measure={t('leave-one-out cross-entropy')}
        more={t('wrong')}
        rows={trials.map((trial) => ({
          name: trial.k === k ? t('{k}, taken', { k: trial.k }) : String(trial.k),
          taken: trial.k === k,
          size: trial.crossEntropy,
          value: fixed(trial.crossEntropy, 3),
          more: `${percent(trial.error, 1)} %`,
        }))}
      />
    </Band>
  );
}

/** What the nearest class mean is: there is nothing to show of its training. */
export function CentroidNote() {
  return (
    <Band id="training" title={t('Training')}>
      <p class="note">
        {t(
          'Nothing is trained step by step: a photo is given the class whose mean is nearest to it. How sure the answers are was fitted to the training photos, each left out of the mean of its class.',
        )}
      </p>
    </Band>
  );
}

interface TrialTableProps {
  /** What was tried, and by what it is judged. */
  readonly name: string;
  readonly measure: string;
  /** The title of another column. */
  readonly more?: string;
  readonly rows: readonly {
    readonly name: string;
    readonly taken: boolean;
    readonly size: number;
    readonly value: string;
    readonly more?: string;
  }[];
}

function TrialTable({ name, measure, more, rows }: TrialTableProps) {
  const most = Math.max(Number.MIN_VALUE, ...rows.map(({ size }) => size));
  return (
    <table class="list trials">
      <Columns names={more === undefined ? [name, measure] : [name, measure, more]} />
      <tbody>
        {rows.map((row) => (
          <tr key={row.name} class={row.taken ? 'best' : ''}>
            <th scope="row" class="digits">
              {row.name}
            </th>
            <td>
              <span class="measure">
                <span class="bar" style={`--share: ${(row.size / most).toFixed(3)}`} />
                <span class="digits">{row.value}</span>
              </span>
            </td>
            {row.more !== undefined && <td class="digits">{row.more}</td>}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
