import type { RunningView } from '../../protocol';
import { t } from '../words';
import { Figure } from './figure';
import { standing } from './standing';

/** The first band while the work runs: how far the step under way is, and what stays. */
export function Progress({ running, cancelling }: { running: RunningView; cancelling: boolean }) {
  const { figure, unit, lead, note, share } = standing(running);
  return (
    <Figure figure={figure} unit={unit} lead={lead}>
      <p>
        {cancelling ? t('Cancelling: the batch under way is finished first, then the work stops.') : note}
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
