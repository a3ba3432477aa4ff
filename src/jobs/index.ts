export type * from './requests';
export type * from './results';
export type { Places } from './context';
export { JobThread } from './jobThread';
export { defaultCacheDirectory } from './places';
export { defaultSettings } from './settings';
