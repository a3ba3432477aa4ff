import type { CurveUnit, EpochView } from '../../protocol';
import { fixed, percent } from '../numbers';
import { t } from '../words';

interface CurveTableProps {
  readonly unit: CurveUnit;
  readonly curve: readonly EpochView[];
  readonly bestEpoch: number | null;
}

/** The curves as numbers: one row an epoch, or a step that was measured. */
export function CurveTable({ unit, curve, bestEpoch }: CurveTableProps) {
  const name =
    unit === 'step'
      ? t('Accuracy and cross-entropy of the steps measured')
      : t('Accuracy and cross-entropy of each epoch');
  const accuracy = (score: EpochView['validation']) => (score ? `${percent(score.accuracy, 1)} %` : '–');
  const entropy = (score: EpochView['validation']) => (score ? fixed(score.crossEntropy, 3) : '–');
  return (
    <div class="scroller" tabIndex={0} role="region" aria-label={name}>
      <table class="list" aria-label={name}>
        <thead>
          <tr>
            <th rowSpan={2} scope="col">
              {unit === 'step' ? t('step') : t('epoch')}
            </th>
            <th colSpan={2} scope="colgroup">
              {t('accuracy')}
            </th>
            <th colSpan={2} scope="colgroup">
              {t('cross-entropy')}
            </th>
          </tr>
          <tr>
            <th scope="col">{t('training')}</th>
            <th scope="col">{t('validation')}</th>
            <th scope="col">{t('training')}</th>
            <th scope="col">{t('validation')}</th>
          </tr>
        </thead>
        <tbody>
          {curve.map((epoch) => (
            <tr key={epoch.epoch} class={epoch.epoch === bestEpoch ? 'best' : ''}>
              <th scope="row">
                {epoch.epoch === bestEpoch ? t('{epoch}, best', { epoch: epoch.epoch }) : epoch.epoch}
              </th>
              <td>{accuracy(epoch.training)}</td>
              <td>{accuracy(epoch.validation)}</td>
              <td>{entropy(epoch.training)}</td>
              <td>{entropy(epoch.validation)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
