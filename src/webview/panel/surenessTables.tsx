import type { SurenessView } from '../../protocol';
import { count, percent } from '../numbers';
import { t } from '../words';

/** The diagrams as numbers. */
export function SurenessTables({ sureness, n }: { sureness: SurenessView; n: number }) {
  const reliability = t('Probabilities and right answers');
  const reject = t('Answers by the least probability that is taken');
  const share = (value: number | null) => (value === null ? '–' : `${percent(value, 1)} %`);
  return (
    <div class="columns">
      <div class="scroller" tabIndex={0} role="region" aria-label={reliability}>
        <table class="list" aria-label={reliability}>
          <thead>
            <tr>
              <th scope="col">{t('probability')}</th>
              <th scope="col">{t('photos')}</th>
              <th scope="col">{t('said')}</th>
              <th scope="col">{t('right')}</th>
            </tr>
          </thead>
          <tbody>
            {sureness.calibration.bins.map(({ from, to, images, confidence, accuracy }) => (
              <tr key={from}>
                <th scope="row">{t('{from} to {to} %', { from: percent(from), to: percent(to) })}</th>
                <td>{count(images)}</td>
                <td>{share(confidence)}</td>
                <td>{share(accuracy)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <div class="scroller" tabIndex={0} role="region" aria-label={reject}>
        <table class="list" aria-label={reject}>
          <thead>
            <tr>
              <th scope="col">{t('reject below')}</th>
              <th scope="col">{t('answered')}</th>
              <th scope="col">{t('of all')}</th>
              <th scope="col">{t('right of those')}</th>
            </tr>
          </thead>
          <tbody>
            {sureness.reject.map(({ threshold, answered, right }) => (
              <tr key={threshold}>
                <th scope="row">{percent(threshold)} %</th>
                <td>{count(answered)}</td>
                <td>{share(answered / n)}</td>
                <td>{share(answered === 0 ? null : right / answered)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}
