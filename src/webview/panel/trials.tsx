import type { RidgeTrial } from '../../protocol';
import { fixed } from '../numbers';
import { t } from '../words';

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
  );
}
