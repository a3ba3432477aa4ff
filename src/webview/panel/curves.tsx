import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useMemo } from 'preact/hooks';
import type { CurveUnit, EpochView } from '../../protocol';
import { fixed, percent } from '../numbers';
import { Toggle } from '../toggle';
import { t } from '../words';
import { Band } from './band';
import { CurveTable } from './curveTable';
import { spoken } from './curveWords';
import { linesOf, Plot } from './plot';

interface CurvesProps {
  readonly unit: CurveUnit;
  readonly curve: readonly EpochView[];
  readonly bestEpoch: number | null;
}

type View = 'curves' | 'table' | 'more';

/** Another view of the training, beside curves and table. */
interface More {
  readonly text: string;
  readonly body: ComponentChildren;
}

/**
 * How it learned: accuracy and cross-entropy over the epochs or steps, as curves or as a table. `children` stand below
 * the curves.
 */
export function Curves({
  unit,
  curve,
  bestEpoch: best,
  more,
  children,
}: CurvesProps & { more?: More; children?: ComponentChildren }) {
  const lines = useMemo(() => linesOf(curve), [curve]);
  const validated = curve.some((epoch) => epoch.validation !== null);
  // Without validation photos nothing says which epoch is best.
  const bestEpoch = validated ? best : null;
  const view = useSignal<View>('curves');
  const pointed = useSignal<number | null>(null);
  const choose = (next: View) => {
    view.value = next;
  };
  const point = (index: number | null) => {
    pointed.value = index;
  };
  return (
    <Band
      id="training"
      title={t('Training')}
      aside={
        <Toggle
          label={t('Show the training as')}
          options={[
            { key: 'curves', text: t('curves') },
            { key: 'table', text: t('table') },
            ...(more ? [{ key: 'more', text: more.text } as const] : []),
          ]}
          chosen={view.value}
          choose={choose}
        />
      }
    >
      {view.value === 'more' && more ? (
        more.body
      ) : view.value === 'table' ? (
        <CurveTable unit={unit} curve={curve} bestEpoch={bestEpoch} />
      ) : (
        <>
          <Legend
            unit={unit}
            curve={curve}
            pointed={pointed.value}
            bestEpoch={bestEpoch}
            validated={validated}
          />
          <figure>
            <figcaption>{t('Accuracy')}</figcaption>
            <Plot
              label={spoken('accuracy', unit, curve, bestEpoch)}
              measure="accuracy"
              {...{ lines, bestEpoch, point }}
            />
          </figure>
          <figure>
            <figcaption>{t('Cross-entropy')}</figcaption>
            <Plot
              label={spoken('crossEntropy', unit, curve, bestEpoch)}
              measure="crossEntropy"
              {...{ lines, bestEpoch, point }}
            />
          </figure>
          {children}
        </>
      )}
    </Band>
  );
}

function Legend(props: CurvesProps & { pointed: number | null; validated: boolean }) {
  const { unit, curve, pointed, bestEpoch, validated } = props;
  const at = pointed === null ? undefined : curve[pointed];
  const scores = (score: EpochView['training'] | null | undefined) =>
    score ? ` ${percent(score.accuracy)} % · ${fixed(score.crossEntropy, 2)}` : '';
  return (
    <p class="legend" aria-hidden="true">
      <span class="key first">
        {t('training')}
        <span class="digits">{scores(at?.training)}</span>
      </span>
      {validated && (
        <span class="key second">
          {t('validation')}
          <span class="digits">{scores(at?.validation)}</span>
        </span>
      )}
      {at ? (
        <span class="key">
          {unit === 'step' ? t('step {step}', { step: at.epoch }) : t('epoch {epoch}', { epoch: at.epoch })}
        </span>
      ) : (
        bestEpoch !== null && (
          <span class="key best">
            {unit === 'step'
              ? t('best step {step}', { step: bestEpoch })
              : t('best epoch {epoch}', { epoch: bestEpoch })}
          </span>
        )
      )}
      {!validated && curve.length > 0 && <span class="key">{t('no validation photos')}</span>}
    </p>
  );
}
