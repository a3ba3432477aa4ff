import type { RetrainSettings } from './requests';

/** What a retraining uses where the person says nothing; retrain.py's shares. */
export const defaultSettings: RetrainSettings = {
  backbone: 'auto',
  runtime: 'auto',
  seed: 42,
  validationPercentage: 10,
  testingPercentage: 10,
  splitRule: { kind: 'content' },
  head: { kind: 'softmax', optimizer: { kind: 'l-bfgs' } },
};
