import type { PanelState } from '../../protocol';
import { t } from '../words';
import { Figure } from './figure';
import { standing } from './standing';

type Running = Extract<PanelState, { kind: 'running' }>;

/** The first band while the work runs: how far the step under way is, and what stays. */
export function Progress(
  state: Pick<Running, 'running' | 'cancelling'> & Partial<Pick<Running, 'stopping'>>,
) {
  const { running, cancelling, stopping = false } = state;
  const { figure, unit, lead, note, share } = standing(running);
  return (
    <Figure figure={figure} unit={unit} lead={lead}>
      <p>
        {cancelling
          ? t('Cancelling: the batch under way is finished first, then the work stops.')
          : stopping
            ? t('Stopping: the best head so far is tested and saved.')
            : note}
      </p>
      <div
        class="sr"
        role="progressbar"
        aria-label={lead}
        {...(share === null
          ? {}
          : { 'aria-valuenow': Math.round(share * 100), 'aria-valuemin': 0, 'aria-valuemax': 100 })}
      />
    </Figure>
  );
}
