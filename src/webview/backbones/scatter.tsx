import type { ComparedBackbone } from '../../protocol';
import { count, fixed, percent } from '../numbers';
import { quoted } from '../text';
import { t } from '../words';
import { shareAxis, timeAxis } from './axes';
import { isOutdone } from './leaders';

/** A point a backbone, with the interval of its accuracy; the number stands beside it and in the table. */
export function Scatter({ compared }: { compared: readonly ComparedBackbone[] }) {
  const x = timeAxis(compared.map(({ millisecondsAnImage }) => millisecondsAnImage));
  const y = shareAxis(
    compared.map(({ interval }) => interval.low),
    compared.map(({ interval }) => interval.high),
  );
  const at = (share: number) => share.toFixed(4);
  const said = compared.map(({ backbone, accuracy, millisecondsAnImage }) =>
    t('{name}: {accuracy} %, {time} ms', {
      name: quoted(backbone.name),
      accuracy: percent(accuracy, 1),
      time: fixed(millisecondsAnImage, 1),
    }),
  );
  return (
    <figure>
      <figcaption>{t('right answers, with 95 % interval')}</figcaption>
      <div class="scatter" role="img" aria-label={said.join('; ')}>
        {y.ticks.map((tick) => (
          <span key={tick} class="level" style={`--y: ${at(y.place(tick))}`}>
            <span class="mark">{percent(tick)} %</span>
          </span>
        ))}
        {x.ticks.map((tick) => (
          <span key={tick} class="time" style={`--x: ${at(x.place(tick))}`}>
            <span class="mark">{count(tick)}</span>
          </span>
        ))}
        {compared.map((one, i) => {
          const { accuracy, interval, millisecondsAnImage: time, backbone } = one;
          const place = `--x: ${at(x.place(time))}; --y: ${at(y.place(accuracy))}; --low: ${at(y.place(interval.low))}; --high: ${at(y.place(interval.high))}`;
          return (
            <span
              key={backbone.id}
              class={isOutdone(one, compared) ? 'point outdone' : 'point'}
              style={place}
              title={said[i] ?? ''}
            >
              <span class="interval" />
              <span class="dot" />
              <span class="digit">{i + 1}</span>
            </span>
          );
        })}
      </div>
      <p class="axis-name">{t('milliseconds an image')}</p>
      <p class="legend" aria-hidden="true">
        <span class="key full">{t('no other is both better and faster')}</span>
        <span class="key hollow">{t('another one is')}</span>
      </p>
    </figure>
  );
}
