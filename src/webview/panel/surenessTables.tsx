import type { SurenessView } from '../../protocol';
import { Columns } from '../columns';
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
          <Columns names={[t('probability'), t('photos'), t('said'), t('right')]} />
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
          <Columns names={[t('reject below'), t('answered'), t('of all'), t('right of those')]} />
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
