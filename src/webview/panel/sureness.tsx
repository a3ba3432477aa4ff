import { useSignal } from '@preact/signals';
import type { EvaluationView, SurenessView } from '../../protocol';
import { LinePlot, type Line } from '../linePlot';
import { digitsFor, fixed, percent } from '../numbers';
import { Toggle } from '../toggle';
import { plural, t } from '../words';
import { Band } from './band';
import type { Measured } from './measured';
import { fewPhotos, Reliability } from './reliability';
import { SurenessTables } from './surenessTables';

interface SurenessProps {
  readonly evaluation: EvaluationView;
  readonly measured: Measured;
}

/** How sure is it: what its probabilities are worth, and what withholding unsure answers would do. */
export function Sureness({ evaluation: { sureness, n, unknown }, measured }: SurenessProps) {
  const view = useSignal<'diagrams' | 'numbers'>('diagrams');
  if (sureness === null) return null;
  return (
    <Band
      id="sureness"
      title={measured === 'leaveOneOut' ? t('How sure is it? By leave-one-out') : t('How sure is it?')}
      aside={
        <Toggle
          label={t('Show how sure it is as')}
          options={[
            { key: 'diagrams', text: t('diagrams') },
            { key: 'numbers', text: t('numbers') },
          ]}
          chosen={view.value}
          choose={(next) => {
            view.value = next;
          }}
        />
      }
    >
      <p class="note sentence">{sentences(sureness, n, unknown)}</p>
      {view.value === 'numbers' ? (
        <SurenessTables sureness={sureness} n={n} />
      ) : (
        <div class="columns">
          <Reliability calibration={sureness.calibration} n={n} />
          <Reject points={sureness.reject} n={n} />
        </div>
      )}
    </Band>
  );
}

function sentences({ calibration, topK }: SurenessView, n: number, unknown: number | undefined): string {
  const parts: string[] = [];
  const points = (calibration.expectedError ?? 0) * 100;
  const params = { points: fixed(points, 1) };
  parts.push(
    n < 100
      ? t(
          'How sure it says it is and how often it is right differ by {points} percentage points on average; of so few photos much of that is chance.',
          params,
        )
      : t(
          'How sure it says it is and how often it is right differ by {points} percentage points on average.',
          params,
        ),
  );
  const shares = new Map(topK.map(({ k, accuracy }) => [k, percent(accuracy, digitsFor(n))]));
  const [three, five] = [shares.get(3), shares.get(5)];
  if (three !== undefined && five !== undefined)
    parts.push(
      t('The right label is among its three likeliest for {three} % of the photos, its five for {five} %.', {
        three,
        five,
      }),
    );
  else if (three !== undefined)
    parts.push(t('The right label is among its three likeliest for {three} % of the photos.', { three }));
  if (unknown !== undefined)
    parts.push(
      plural(
        unknown,
        '{n} of {all} photos is unlike anything trained and would be called unknown.',
        '{n} of {all} photos are unlike anything trained and would be called unknown.',
        { all: n },
      ),
    );
  return parts.join(' ');
}

const share = (value: number): string => `${percent(value)} %`;

/** The photos that are answered, and the right ones among them, by the probability below which it says nothing. */
function Reject({ points, n }: { points: SurenessView['reject']; n: number }) {
  const pointed = useSignal<number | null>(null);
  const at = pointed.value === null ? undefined : points[pointed.value];
  const { x, lines } = plotOf(points, n);
  return (
    <figure>
      <figcaption>{t('When unsure answers are withheld')}</figcaption>
      <p class="legend" aria-hidden="true">
        <span class="key first">
          {t('answered')}
          {at && <span class="digits"> {share(at.answered / n)}</span>}
        </span>
        <span class="key second">
          {t('right of those')}
          {at && <span class="digits"> {at.answered === 0 ? '–' : share(at.right / at.answered)}</span>}
        </span>
        <span class="key">
          {at
            ? t('reject below {percent} %', { percent: percent(at.threshold) })
            : t('by the least probability, in percent')}
        </span>
      </p>
      <LinePlot
        label={spoken(points, n)}
        x={x}
        lines={lines}
        write={share}
        low={0}
        high={1}
        height={plotHeight}
        point={(index) => {
          pointed.value = index;
        }}
      />
    </figure>
  );
}

const plotHeight = 196;

const plots = new WeakMap<SurenessView['reject'], { x: number[]; lines: Line[] }>();

/** The same arrays for the same points, so that the plot is drawn once. */
function plotOf(points: SurenessView['reject'], n: number): { x: number[]; lines: Line[] } {
  const known = plots.get(points);
  if (known) return known;
  const made: { x: number[]; lines: Line[] } = {
    x: points.map(({ threshold }) => threshold * 100),
    lines: [
      { colour: '--first', values: points.map(({ answered }) => answered / n) },
      {
        colour: '--second',
        dash: [6, 3],
        // Of a handful the share leaps; the numbers have it.
        values: points.map(({ answered, right }) => (answered < fewPhotos ? null : right / answered)),
      },
    ],
  };
  plots.set(points, made);
  return made;
}

function spoken(points: SurenessView['reject'], n: number): string {
  const sentence = ({ threshold, answered, right }: SurenessView['reject'][number]): string =>
    plural(
      answered,
      'Below {percent} % withheld: {n} of {all} photo answered, {right} right.',
      'Below {percent} % withheld: {n} of {all} photos answered, {right} right.',
      { percent: percent(threshold), all: n, right },
    );
  const some = points.filter(({ threshold }) => [0.5, 0.7, 0.9].includes(threshold));
  return [t('Answers by the least probability that is taken.'), ...some.map(sentence)].join(' ');
}
