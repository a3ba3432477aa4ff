import type { CurveUnit, EpochView, Score } from '../../protocol';
import { fixed, percent } from '../numbers';
import { t } from '../words';

export function measureName(measure: keyof Score): string {
  return measure === 'accuracy' ? t('Accuracy') : t('Cross-entropy');
}

/** A measure over a curve, for whoever does not see it. */
export function spoken(
  of: keyof Score,
  unit: CurveUnit,
  curve: readonly EpochView[],
  bestEpoch: number | null,
): string {
  const measure = measureName(of);
  const write = (score: Score) =>
    of === 'accuracy' ? `${percent(score.accuracy)} %` : fixed(score.crossEntropy, 2);
  const last = curve.at(-1);
  if (!last) return t('{measure}: nothing measured yet.', { measure });
  const params = {
    measure,
    at: last.epoch,
    training: write(last.training),
    validation: last.validation ? write(last.validation) : '',
  };
  const best = { best: bestEpoch ?? 0 };
  if (unit === 'step') {
    const course = last.validation
      ? t('{measure} over the steps. At step {at}: training {training}, validation {validation}.', params)
      : t('{measure} over the steps. At step {at}: training {training}.', params);
    return bestEpoch === null ? course : `${course} ${t('Best step: {best}.', best)}`;
  }
  const course = last.validation
    ? t('{measure} over the epochs. At epoch {at}: training {training}, validation {validation}.', params)
    : t('{measure} over the epochs. At epoch {at}: training {training}.', params);
  return bestEpoch === null ? course : `${course} ${t('Best epoch: {best}.', best)}`;
}
