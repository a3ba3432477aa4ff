import type { RunDistortions } from '../models';
import type { RetrainSettings } from './retrainSettings';

/** What a retraining uses where the person says nothing; retrain.py's shares. */
export const defaultSettings: RetrainSettings = {
  backbone: 'auto',
  runtime: 'auto',
  seed: 42,
  validationPercentage: 10,
  testingPercentage: 10,
  splitRule: { kind: 'content' },
  head: { kind: 'ridge' },
};

/** Views of an image where distortions are asked for and their number is not. */
export const defaultViews = 4;
export const mostViews = 32;

/** Undefined where nothing is distorted: no views are computed then. */
export function distortionsOf(given: RunDistortions): RunDistortions | undefined {
  const { flipLeftRight, randomCrop, randomScale, randomBrightness } = given;
  return flipLeftRight || randomCrop > 0 || randomScale > 0 || randomBrightness > 0 ? given : undefined;
}
