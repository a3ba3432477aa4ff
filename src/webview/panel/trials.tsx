import type { RidgeTrial } from '../../protocol';
import { fixed } from '../numbers';
import { plural, t } from '../words';
import { Band } from './band';

interface TrialsProps {
  readonly trials: readonly RidgeTrial[];
  /** The one that was taken; null while it is sought. */
  readonly penalty: number | null;
}

/** How the penalty of a ridge classifier was chosen: the leave-one-out error under each that was tried. */
export function Trials({ trials, penalty }: TrialsProps) {
  const ordered = [...trials].sort((a, b) => a.penalty - b.penalty);
  const most = Math.max(Number.MIN_VALUE, ...trials.map(({ error }) => error));
  return (
    <Band
      id="training"
      title={t('Training')}
      aside={plural(trials.length, '{n} penalty tried', '{n} penalties tried')}
    >
      <p class="note">
        {t(
          'Solved in closed form, without steps. The penalty is the one under which photos are answered best by a head fitted to all the others; validation photos have no part in it.',
        )}
      </p>
      <table class="list trials">
        <thead>
          <tr>
            <th scope="col">{t('penalty')}</th>
            <th scope="col">{t('leave-one-out error, mean square')}</th>
          </tr>
        </thead>
        <tbody>
          {ordered.map((trial) => (
            <tr key={trial.penalty} class={trial.penalty === penalty ? 'best' : ''}>
              <th scope="row" class="digits">
                {trial.penalty === penalty
                  ? t('{penalty}, taken', { penalty: String(trial.penalty) })
                  : trial.penalty}
              </th>
              <td>
                <span class="measure">
                  <span class="bar" style={`--share: ${(trial.error / most).toFixed(3)}`} />
                  <span class="digits">{fixed(trial.error, 3)}</span>
                </span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Band>
  );
}
