/** What can be asked for, one file a job: the only place where the rooms are put together. They run in a worker thread. */
export type * from './requests';
export type * from './backboneResults';
export type * from './results';
export type * from './textResults';
export type * from './runResults';
export type { Places } from './places';
export { JobThread } from './jobThread';
export { defaultCacheDirectory } from './places';
export { defaultSettings, defaultViews, distortionsOf, mostViews } from './settings';
export { retrainPyDefaults } from '../training';
