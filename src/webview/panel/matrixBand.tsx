import { useSignal } from '@preact/signals';
import type { EvaluationView } from '../../protocol';
import { Capped } from '../capped';
import { percent } from '../numbers';
import { Name } from '../text';
import { Toggle } from '../toggle';
import { plural, t } from '../words';
import { Band } from './band';
import type { Choice } from './choice';
import { classesToDraw, confusions, sum, type Confusion } from './confusions';
import { Matrix } from './matrix';
import { shownOf, type Evaluations, type Measured } from './measured';

interface MatrixBandProps {
  readonly evaluations: Evaluations;
  readonly measured: Measured;
  readonly measure: (measured: Measured) => void;
  readonly choice: Choice;
  readonly choose: (choice: Choice) => void;
}

/** More classes than this have no room for numbers beside the curves: the matrix gets the whole width. */
const fewClasses = 9;
const mostDrawn = 100;

/** Where the matrix stands: beside the curves, or in a row of its own. */
export function isLarge(evaluation: EvaluationView): boolean {
  return evaluation.labels.length > fewClasses;
}

/** Where it errs: the confusion matrix and, with many classes, the largest confusions as a list beside it. */
export function MatrixBand({ evaluations, measured, measure, choice, choose }: MatrixBandProps) {
  const evaluation = shownOf(evaluations, measured);
  const unit = useSignal<'counts' | 'percent'>('counts');
  if (evaluation.accuracy === null) {
    return (
      <Band id="matrix" title={t('Confusion matrix')}>
        <p class="note">{t('There is nothing to show: no photo was kept aside for testing.')}</p>
      </Band>
    );
  }
  const chooseCell = (truth: string, predicted: string) => choose({ kind: 'cell', truth, predicted });
  const found = confusions(evaluation.confusion);
  return (
    <Band
      id="matrix"
      title={t('Confusion matrix')}
      aside={
        <>
          {evaluations.leaveOneOut !== null && evaluations.testing.accuracy !== null && (
            <Toggle
              label={t('Photos of the matrix')}
              options={[
                { key: 'testing', text: t('testing photos') },
                { key: 'leaveOneOut', text: t('leave-one-out') },
              ]}
              chosen={measured}
              choose={measure}
            />
          )}
          <Toggle
            label={t('Numbers of the matrix')}
            options={[
              { key: 'counts', text: t('counts') },
              { key: 'percent', text: t('percent') },
            ]}
            chosen={unit.value}
            choose={(next) => {
              unit.value = next;
            }}
          />
        </>
      }
    >
      <div class={isLarge(evaluation) ? 'beside' : ''}>
        <div>
          <Matrix
            evaluation={evaluation}
            classes={classesToDraw(evaluation.confusion, mostDrawn)}
            unit={unit.value}
            choose={chooseCell}
            chosen={choice.kind === 'cell' ? choice : null}
          />
        </div>
        {isLarge(evaluation) && found.length > 0 && (
          <Largest found={found} evaluation={evaluation} unit={unit.value} choose={chooseCell} />
        )}
      </div>
    </Band>
  );
}

function Largest(props: {
  found: readonly Confusion[];
  evaluation: EvaluationView;
  unit: 'counts' | 'percent';
  choose: (truth: string, predicted: string) => void;
}) {
  const { found, evaluation, unit, choose } = props;
  const { labels, confusion } = evaluation;
  return (
    <div class="largest">
      <h3>{t('Largest confusions')}</h3>
      <Capped items={found} first={12} step={24}>
        {(items) => (
          <ol>
            {items.map(({ truth, predicted, images }) => (
              <li key={`${truth} ${predicted}`}>
                <button
                  type="button"
                  class="row-button"
                  onClick={() => choose(labels[truth] ?? '', labels[predicted] ?? '')}
                >
                  <span class="pair">
                    <Name of={labels[truth] ?? ''} />
                    <span class="taken">
                      <span aria-hidden="true">→ </span>
                      <span class="sr">{t('taken for')} </span>
                      <Name of={labels[predicted] ?? ''} />
                    </span>
                  </span>
                  <span class="digits">
                    {unit === 'counts' ? (
                      <>
                        {images}
                        <span class="sr"> {plural(images, 'photo', 'photos')}</span>
                      </>
                    ) : (
                      `${percent(images / sum(confusion[truth] ?? []))} %`
                    )}
                  </span>
                </button>
              </li>
            ))}
          </ol>
        )}
      </Capped>
    </div>
  );
}
