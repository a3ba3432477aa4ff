import { useMemo } from 'preact/hooks';
import type { ComparedRun, Score } from '../../protocol';
import { LinePlot, type Line } from '../linePlot';
import { fixed, percent } from '../numbers';
import { Band } from '../panel/band';
import { t } from '../words';

/** How both learned: the colour says which run, a dashed line is validation. */
export function Overlay({ before, after }: { before: ComparedRun; after: ComparedRun }) {
  return (
    <Band id="training" title={t('Training')}>
      <p class="legend" aria-hidden="true">
        <span class="key second-line">{t('before')}</span>
        <span class="key first">{t('after')}</span>
        <span class="key">{t('dashed: validation')}</span>
      </p>
      <figure>
        <figcaption>{t('Accuracy')}</figcaption>
        <Overlaid {...{ before, after }} measure="accuracy" />
      </figure>
      <figure>
        <figcaption>{t('Cross-entropy')}</figcaption>
        <Overlaid {...{ before, after }} measure="crossEntropy" />
      </figure>
    </Band>
  );
}

function Overlaid({
  before,
  after,
  measure,
}: {
  before: ComparedRun;
  after: ComparedRun;
  measure: keyof Score;
}) {
  const { x, lines } = useMemo(() => {
    const epochs = Math.max(before.curve.length, after.curve.length);
    const all = Array.from({ length: Math.max(2, epochs) }, (_, i) => i);
    const line = (run: ComparedRun, side: 'training' | 'validation', colour: string): Line => ({
      values: all.map((i) => run.curve[i]?.[side]?.[measure] ?? null),
      colour,
      dash: side === 'validation' ? [6, 3] : [],
    });
    const both = (['training', 'validation'] as const).flatMap((side) => [
      line(before, side, '--second'),
      line(after, side, '--first'),
    ]);
    return { x: all, lines: both };
  }, [before, after, measure]);
  const write = (value: number) =>
    measure === 'accuracy' ? `${percent(value)} %` : fixed(value, Number.isInteger(value) ? 0 : 2);
  const end = (run: ComparedRun) => {
    const last = run.curve.at(-1);
    return last ? write(last.training[measure]) : '–';
  };
  const label = t('{measure} over the epochs. At the end, training: before {before}, after {after}.', {
    measure: measure === 'accuracy' ? t('Accuracy') : t('Cross-entropy'),
    before: end(before),
    after: end(after),
  });
  const bounds = measure === 'accuracy' ? { low: 0.75, high: 1 } : { low: 0, high: 0.1 };
  return <LinePlot label={label} x={x} lines={lines} write={write} {...bounds} />;
}
