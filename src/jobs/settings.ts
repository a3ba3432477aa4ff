import type { RunDistortions, RunSettings } from '../models';
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

/**
 * Undefined where nothing is distorted: no views are computed then. Flips alone make one view, the mirror, however many
 * are asked for.
 */
export function distortionsOf(given: RunDistortions): RunDistortions | undefined {
  const { flipLeftRight, randomCrop, randomScale, randomBrightness } = given;
  if (randomCrop > 0 || randomScale > 0 || randomBrightness > 0) return given;
  return flipLeftRight ? { ...given, views: 1 } : undefined;
}

/** Those of a run that is trained again: an earlier version took several views of flips alone. */
export function withDifferentViews({ distortions, ...settings }: RunSettings): RunSettings {
  const different = distortions && distortionsOf(distortions);
  return { ...settings, ...(different && { distortions: different }) };
}
