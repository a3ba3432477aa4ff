import type { SurenessView } from '../../protocol';
import { count, fixed, percent } from '../numbers';
import { plural, t } from '../words';

type Calibration = SurenessView['calibration'];

/** Of fewer photos a share says little. */
export const fewPhotos = 5;

/** The reliability diagram: for each tenth of probability the share of right answers, beside what was said. */
export function Reliability({ calibration, n }: { calibration: Calibration; n: number }) {
  const { bins, expectedError } = calibration;
  return (
    <figure>
      <figcaption>{t('How often it is right when it is so sure')}</figcaption>
      <p class="legend" aria-hidden="true">
        <span class="key block">{t('right')}</span>
        <span class="key level">{t('said')}</span>
        <span class="key">{plural(fewPhotos, 'hollow: under {n} photo', 'hollow: under {n} photos')}</span>
      </p>
      <div
        class="reliability"
        role="img"
        aria-label={t(
          'Reliability diagram of {n} photos by tenths of probability. Expected calibration error: {points} percentage points.',
          { n, points: fixed((expectedError ?? 0) * 100, 1) },
        )}
      >
        <div class="scale">
          <span>{percent(1)} %</span>
          <span>{percent(0.5)} %</span>
          <span>{percent(0)} %</span>
        </div>
        <div class="bars">
          <svg viewBox="0 0 100 100" preserveAspectRatio="none">
            <path d="M0 100L100 0" />
          </svg>
          {bins.map((bin) => (
            <div key={bin.from} class="bin" title={tooltip(bin)}>
              {bin.accuracy !== null && bin.confidence !== null && (
                <>
                  <span
                    class={bin.images < fewPhotos ? 'right few' : 'right'}
                    style={`--share: ${bin.accuracy.toFixed(4)}`}
                  />
                  <span class="said" style={`--share: ${bin.confidence.toFixed(4)}`} />
                </>
              )}
            </div>
          ))}
        </div>
        <span class="photos-of">{t('photos')}</span>
        <div class="counts">
          {bins.map((bin) => (
            <span key={bin.from}>{bin.images === 0 ? '·' : count(bin.images)}</span>
          ))}
        </div>
        <div class="ends">
          {bins.map(({ to }) => (
            <span key={to}>{percent(to)}</span>
          ))}
        </div>
      </div>
    </figure>
  );
}

function tooltip({ from, to, images, confidence, accuracy }: Calibration['bins'][number]): string {
  const range = t('{from} to {to} % sure', { from: percent(from), to: percent(to) });
  if (confidence === null || accuracy === null) return t('{range}: no photo', { range });
  return plural(
    images,
    '{range}: {n} photo, said {said} %, right {right} %',
    '{range}: {n} photos, said {said} %, right {right} %',
    { range, said: percent(confidence), right: percent(accuracy) },
  );
}
