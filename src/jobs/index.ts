/** What can be asked for, one file a job: the only place where the rooms are put together. They run in a worker thread. */
export type * from './requests';
export type * from './retrainSettings';
export type * from './backboneRequests';
export type * from './settingsRequests';
export type * from './backboneResults';
export type * from './results';
export type * from './cacheResults';
export type * from './textResults';
export type * from './runResults';
export { headKinds, headTakesWeights } from './crossValidationResults';
export type * from './crossValidationResults';
export type { Places } from './places';
export { shortfalls, type Asserted } from './assertedAccuracy';
export type { JUnitOutput } from './junit';
export { rejectedAt, type Rejected } from './rejected';
export { JobThread } from './jobThread';
export { defaultCacheDirectory, extensionVersion } from './places';
export { defaultSettings, defaultViews, mostViews } from './settings';
export {
  settingNames,
  type SettingName,
  type SettingsFacts,
  type SettingValues,
} from './settingDescriptions';
export { hiddenDefaults } from './optimizerSettings';
export { retrainPyDefaults, steppedDefaults } from '../training';
