import { useMemo } from 'preact/hooks';
import type { Forecast, FromPanel, LearningClass, LearningCurve, LearningView } from '../../protocol';
import { Capped } from '../capped';
import { LinePlot, type Line } from '../linePlot';
import { Columns } from '../columns';
import { count, fixed, percent } from '../numbers';
import { Name, quoted } from '../text';
import { plural, t, times } from '../words';
import { Band } from './band';
import { headTitle } from './headNames';
import { InquiryBody } from './inquiry';

interface LearningProps {
  readonly learning: LearningView;
  readonly post: (message: FromPanel) => void;
}

/** Would more images help? Asked with a button, for it takes some trainings to say. */
export function Learning({ learning, post }: LearningProps) {
  return (
    <Band id="learning" title={t('Would more images help?')}>
      <InquiryBody
        inquiry={learning}
        about={t(
          'Trains on growing parts of the photos, tests each photo with heads that were not trained on it, and forecasts what twice as many photos would give. The values are in the cache: it takes seconds to minutes.',
        )}
        question={t('Would more images help?')}
        ask={() => post({ kind: 'learningCurve' })}
        cancel={() => post({ kind: 'cancelLearningCurve' })}
        standing={({ done, of }) => t('{done} of {of} trainings.', { done, of })}
        answer={(curve, again) => <Answer curve={curve} ask={again} />}
      />
    </Band>
  );
}

function Answer({ curve, ask }: { curve: LearningCurve; ask: preact.ComponentChildren }) {
  const { forecast, points } = curve;
  return (
    <div class="columns">
      <div>
        <p class="lead">{verdict(curve)}</p>
        <p class="note">{method(curve)}</p>
        <CurvePlot curve={curve} />
        <p class="legend" aria-hidden="true">
          <span class="key dot">{t('measured, mean')}</span>
          {forecast && <span class="key second">{t('power law and its forecast, 95 %')}</span>}
        </p>
        <table class="sr">
          <caption>{t('Accuracy by training photos')}</caption>
          <tbody>
            {points.map(({ images, accuracy }) => (
              <tr key={images}>
                <th scope="row">{count(images)}</th>
                <td>{percent(accuracy, 1)} %</td>
              </tr>
            ))}
          </tbody>
        </table>
        {ask}
      </div>
      <ClassGains classes={curve.classes} />
    </div>
  );
}

function verdict({ forecast, images, testedImages }: LearningCurve): string {
  if (!forecast) return t('There are too few photos for a curve.');
  const points = (share: number) => fixed(share * 100, 1);
  const { gain, gainInterval } = forecast;
  const params = {
    now: images,
    tested: testedImages,
    gain: points(gain),
    low: points(gainInterval.low),
    high: points(gainInterval.high),
  };
  if (gainInterval.low >= 0.005)
    return t('Yes: with twice the {now} photos, expect {gain} points more (95 %: {low} to {high}).', params);
  if (gainInterval.high < 0.01)
    return t(
      'Hardly: with twice the {now} photos, expect {gain} points more (95 %: {low} to {high}).',
      params,
    );
  if (gain < 0.005)
    return t(
      'Hardly, as far as {tested} tested photos can tell: with twice the {now} photos, expect {gain} points more (95 %: {low} to {high}).',
      params,
    );
  return t(
    'Perhaps: with twice the {now} photos, expect {gain} points more (95 %: {low} to {high}).',
    params,
  );
}

function method({ head, testedImages, folds, repeats, forecast, classWeights }: LearningCurve): string {
  const measured = plural(
    testedImages,
    '{head}, measured on {n} photo, by trainings on the other folds of {folds}, dealt out {times}.',
    '{head}, measured on {n} photos, each by trainings on the other folds of {folds}, dealt out {times}.',
    { head: headTitle(head), folds, times: times(repeats) },
  );
  const tested = classWeights
    ? `${measured} ${t('Every class counts as much as any other in the trainings.')}`
    : measured;
  if (!forecast) return tested;
  const expected = t('By the curve, with {images} photos: {accuracy} % (95 %: {low} to {high}).', {
    images: forecast.n,
    accuracy: percent(forecast.accuracy, 1),
    low: percent(forecast.interval.low, 1),
    high: percent(forecast.interval.high, 1),
  });
  return `${tested} ${expected}`;
}

/** How many points the fitted curve is drawn with. */
const drawn = 40;

function CurvePlot({ curve }: { curve: LearningCurve }) {
  const { points, forecast } = curve;
  const { x, lines } = useMemo(() => {
    const measured = new Map(points.map(({ images, accuracy }) => [images, accuracy]));
    const from = points[0]?.images ?? 1;
    const fitted = forecast
      ? Array.from({ length: drawn }, (_, i) => from * (forecast.n / from) ** (i / (drawn - 1)))
      : [];
    const all = [...new Set([...measured.keys(), ...fitted])].sort((a, b) => a - b);
    const found: Line[] = [];
    if (forecast) {
      const { a, b, c } = forecast.law;
      found.push({
        values: all.map((n) => 1 - Math.min(1, a + b * n ** -c)),
        colour: '--second',
        dash: [6, 3],
      });
      const last = all.length - 1;
      const end = (value: number) => all.map((_, i) => (i === last ? value : null));
      found.push({ values: end(forecast.interval.low), colour: '--second', points: 'only' });
      found.push({ values: end(forecast.interval.high), colour: '--second', points: 'only' });
    }
    found.push({ values: all.map((n) => measured.get(n) ?? null), colour: '--first', points: 'only' });
    return { x: all, lines: found };
  }, [curve]);
  const label = t('Accuracy by training photos: {course}', {
    course: points.map(({ images, accuracy }) => `${count(images)}: ${percent(accuracy, 1)} %`).join(', '),
  });
  return <LinePlot label={label} x={x} lines={lines} write={(share) => `${percent(share)} %`} high={1} />;
}

function ClassGains({ classes }: { classes: readonly LearningClass[] }) {
  const known = classes
    .flatMap((one) => (one.forecast ? [{ ...one, forecast: one.forecast }] : []))
    .sort((a, b) => b.forecast.gain - a.forecast.gain);
  const [most] = known;
  if (!most) return <p class="note">{t('No class has enough photos to be forecast by itself.')}</p>;
  const lead =
    most.forecast.gain >= 0.005
      ? t('{label} would gain most.', { label: quoted(most.label) })
      : t('No class would gain much.');
  return (
    <div>
      <p class="lead">{lead}</p>
      <Capped items={known} first={10}>
        {(items) => (
          <table class="list gains">
            <Columns names={[t('class'), t('photos'), t('recall now'), t('with twice')]} />
            <tbody>
              {items.map((one) => (
                <tr key={one.label}>
                  <th scope="row">
                    <Name of={one.label} />
                  </th>
                  <td class="digits">{count(one.images)}</td>
                  <td class="digits">{percent(one.forecast.accuracy - one.forecast.gain)}</td>
                  <Expected forecast={one.forecast} />
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </Capped>
      <p class="note">{t('Both as the curve of the class has it; in brackets its 95 % interval.')}</p>
      {known.length < classes.length && (
        <p class="note">
          {plural(
            classes.length - known.length,
            '{n} class has too few photos to be forecast.',
            '{n} classes have too few photos to be forecast.',
          )}
        </p>
      )}
    </div>
  );
}

function Expected({ forecast }: { forecast: Forecast }) {
  const { accuracy, interval } = forecast;
  return (
    <td class="digits">
      {t('{expected} ({low} to {high})', {
        expected: percent(accuracy),
        low: percent(interval.low),
        high: percent(interval.high),
      })}
    </td>
  );
}
