import type { NeighboursTrial, RidgeTrial } from '../../protocol';
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
    <Trials
      aside={plural(trials.length, '{n} penalty tried', '{n} penalties tried')}
      note={t(
        'Solved in closed form, without steps. The penalty is the one under which photos are answered best by a head fitted to all the others; validation photos have no part in it.',
      )}
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
export function NeighboursTrials({ trials, k }: NeighboursTrialsProps) {
  return (
    <Trials
      aside={plural(trials.length, '{n} number tried', '{n} numbers tried')}
      note={t(
        'Nothing is fitted: the training photos that are most alike vote. How many vote is the number that gives the training photos the least cross-entropy when none votes on itself; validation photos have no part in it.',
      )}
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

interface TrialsProps {
  readonly aside: string;
  readonly note: string;
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

function Trials({ aside, note, name, measure, more, rows }: TrialsProps) {
  const most = Math.max(Number.MIN_VALUE, ...rows.map(({ size }) => size));
  return (
    <Band id="training" title={t('Training')} aside={aside}>
      <p class="note">{note}</p>
      <table class="list trials">
        <thead>
          <tr>
            <th scope="col">{name}</th>
            <th scope="col">{measure}</th>
            {more !== undefined && <th scope="col">{more}</th>}
          </tr>
        </thead>
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
    </Band>
  );
}
