import { useMemo } from 'preact/hooks';
import type { ComparedRun, CurveUnit, Score } from '../../protocol';
import { Band } from '../panel/band';
import { measureName, spoken } from '../panel/curveWords';
import { Plot, type AxisNames } from '../panel/plot';
import type { PlotLine } from '../panel/plotData';
import { t } from '../words';
import { courseOf, readingOf } from './counting';

interface Pair {
  readonly before: ComparedRun;
  readonly after: ComparedRun;
}

const measures = ['accuracy', 'crossEntropy'] as const;

/** How both learned: the colour says which run, a dashed line is validation. */
export function Overlay({ before, after }: Pair) {
  const hasCurve = ({ curve }: ComparedRun): boolean => curve.length > 0;
  const [first, second] = [hasCurve(after), hasCurve(before)];
  const reading = readingOf(before, after);
  const validated = [before, after].some(({ curve }) => curve.some(({ validation }) => validation !== null));
  return (
    <Band id="training" title={t('Training')}>
      <p class="legend runs">
        <span class={second ? 'key second-line' : 'key'}>
          {t('before: {course}', { course: courseOf(before) })}
        </span>
        <span class={first ? 'key first' : 'key'}>{t('after: {course}', { course: courseOf(after) })}</span>
        {validated && (
          <span class="key" aria-hidden="true">
            {t('dashed: validation')}
          </span>
        )}
      </p>
      {reading !== undefined && <p class="note reading">{reading}</p>}
      {(first || second) &&
        measures.map((measure) => (
          <figure key={measure}>
            <figcaption>{measureName(measure)}</figcaption>
            <Overlaid {...{ before, after, measure }} />
          </figure>
        ))}
    </Band>
  );
}

function Overlaid({ before, after, measure }: Pair & { measure: keyof Score }) {
  const axes = axesOf(before, after);
  const above = axes.above !== undefined;
  const lines = useMemo(() => {
    const line = (run: ComparedRun, side: PlotLine['side']): PlotLine => ({
      curve: run.curve,
      side,
      colour: run === before ? '--second' : '--first',
      above: above && run === before,
    });
    return (['training', 'validation'] as const).flatMap((side) => [line(before, side), line(after, side)]);
  }, [before, after, above]);
  const label = t('{measure} of both runs. Before: {before} After: {after}', {
    measure: measureName(measure),
    before: spoken(measure, before.unit, before.curve, before.bestEpoch),
    after: spoken(measure, after.unit, after.curve, after.bestEpoch),
  });
  return <Plot {...{ label, measure, lines, axes }} />;
}

/** One axis for both; where they count different things, one for each. */
function axesOf(before: ComparedRun, after: ComparedRun): AxisNames {
  const shown = [before, after].filter(({ curve }) => curve.length > 0);
  if (shown.length === 2 && before.unit !== after.unit)
    return {
      above: t('before: {unit}', { unit: unitName(before.unit) }),
      below: t('after: {unit}', { unit: unitName(after.unit) }),
    };
  return { below: unitName(shown[0]?.unit ?? 'epoch') };
}

function unitName(unit: CurveUnit): string {
  return unit === 'step' ? t('steps') : t('epochs');
}
