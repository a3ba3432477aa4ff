import type { EpochView } from '../../protocol';
import { fixed, percent } from '../numbers';
import { t } from '../words';

/** The curves as numbers: one row an epoch. */
export function CurveTable({ curve, bestEpoch }: { curve: readonly EpochView[]; bestEpoch: number | null }) {
  const accuracy = (score: EpochView['validation']) => (score ? `${percent(score.accuracy, 1)} %` : '–');
  const entropy = (score: EpochView['validation']) => (score ? fixed(score.crossEntropy, 3) : '–');
  return (
    <div
      class="scroller"
      tabIndex={0}
      role="region"
      aria-label={t('Accuracy and cross-entropy of each epoch')}
    >
      <table class="list" aria-label={t('Accuracy and cross-entropy of each epoch')}>
        <thead>
          <tr>
            <th rowSpan={2} scope="col">
              {t('epoch')}
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
