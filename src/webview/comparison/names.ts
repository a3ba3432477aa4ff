import type { ComparedRun, MetricKey } from '../../protocol';
import { count, fixed, percent } from '../numbers';
import { t } from '../words';

/** What a run is called: its title, else the name of its folder. */
export function runNameOf({ title, name }: ComparedRun): string {
  return title ?? name;
}

export function when(created: string): string {
  const date = new Date(created);
  if (Number.isNaN(date.getTime())) return created;
  return date.toLocaleString(document.documentElement.lang || 'en', {
    dateStyle: 'medium',
    timeStyle: 'short',
  });
}

/** A setting by its name in run.json; one that is not known here goes by that name. */
export function settingName(key: string): string {
  switch (key) {
    case 'backbone':
      return t('Backbone');
    case 'runtime':
      return t('Runtime');
    case 'seed':
      return t('Seed');
    case 'validationPercentage':
      return t('Validation, %');
    case 'testingPercentage':
      return t('Testing, %');
    case 'head.kind':
      return t('Head');
    case 'head.optimizer.kind':
      return t('Optimizer');
    case 'splitRule.kind':
      return t('Split by');
    case 'head.optimizer.l2':
      return t('L2 penalty');
    case 'head.optimizer.maxEpochs':
      return t('Epochs at most');
    case 'head.penalties':
    case 'head.optimizer.penalties':
      return t('Penalties to try');
    case 'head.candidates':
      return t('Numbers of votes to try');
    case 'head.units':
      return t('Units of the hidden layer');
    case 'head.optimizer.steps':
      return t('Steps at most');
    case 'head.passes':
      return t('Passes at most');
    case 'head.learningRate':
    case 'head.optimizer.learningRate':
      return t('Learning rate');
    case 'head.batchSize':
    case 'head.optimizer.trainBatchSize':
      return t('Images a step');
    case 'head.optimizer.validationBatchSize':
      return t('Validation images an evaluation');
    case 'head.optimizer.evalStepInterval':
      return t('Steps between evaluations');
    case 'head.optimizer.keep':
      return t('Step kept');
    case 'head.labelSmoothing':
    case 'head.optimizer.labelSmoothing':
      return t('Label smoothing');
    case 'head.patience':
      return t('Early stopping, passes');
    case 'head.optimizer.earlyStopping':
      return t('Early stopping, evaluations');
    case 'classWeights':
      return t('Class weights');
    case 'distortions.flipLeftRight':
      return t('Flipped views');
    case 'distortions.randomCrop':
      return t('Cropped views, %');
    case 'distortions.randomScale':
      return t('Scaled views, %');
    case 'distortions.randomBrightness':
      return t('Brightness of views, %');
    case 'distortions.views':
      return t('Views of each photo');
    default:
      return key;
  }
}

interface Metric {
  readonly name: string;
  readonly write: (value: number) => string;
  /** Which is better; null: neither. */
  readonly better: 'higher' | 'lower' | null;
}

export function metricOf(key: MetricKey): Metric {
  const share = (value: number) => `${percent(value, 1)} %`;
  const plain = (value: number) => fixed(value, 3);
  switch (key) {
    case 'accuracy':
      return { name: t('Testing accuracy'), write: share, better: 'higher' };
    case 'leaveOneOutAccuracy':
      return { name: t('Leave-one-out accuracy'), write: share, better: 'higher' };
    case 'top3Accuracy':
      return { name: t('Among the 3 likeliest, testing'), write: share, better: 'higher' };
    case 'leaveOneOutTop3Accuracy':
      return { name: t('Among the 3 likeliest, leave-one-out'), write: share, better: 'higher' };
    case 'top5Accuracy':
      return { name: t('Among the 5 likeliest, testing'), write: share, better: 'higher' };
    case 'leaveOneOutTop5Accuracy':
      return { name: t('Among the 5 likeliest, leave-one-out'), write: share, better: 'higher' };
    case 'calibrationError':
      return { name: t('Calibration error, testing'), write: plain, better: 'lower' };
    case 'leaveOneOutCalibrationError':
      return { name: t('Calibration error, leave-one-out'), write: plain, better: 'lower' };
    case 'temperature':
      return { name: t('Temperature'), write: plain, better: null };
    case 'macroRecall':
      return { name: t('Mean recall of the classes'), write: share, better: 'higher' };
    case 'macroF1':
      return { name: t('Mean F1 of the classes'), write: share, better: 'higher' };
    case 'validationAccuracy':
      return { name: t('Validation accuracy'), write: share, better: 'higher' };
    case 'validationCrossEntropy':
      return { name: t('Validation cross-entropy'), write: plain, better: 'lower' };
    case 'trainingAccuracy':
      return { name: t('Training accuracy'), write: share, better: null };
    case 'trainingCrossEntropy':
      return { name: t('Training cross-entropy'), write: plain, better: null };
    case 'epochs':
      return { name: t('Epochs'), write: count, better: null };
    case 'steps':
      return { name: t('Steps'), write: count, better: null };
    case 'seconds':
      return { name: t('Seconds of training'), write: (value) => fixed(value, 1), better: null };
    case 'images':
      return { name: t('Images'), write: count, better: null };
    case 'trainingImages':
      return { name: t('Training images'), write: count, better: null };
    case 'testingImages':
      return { name: t('Testing images'), write: count, better: null };
    case 'leaveOneOutImages':
      return { name: t('Images of leave-one-out'), write: count, better: null };
  }
}
