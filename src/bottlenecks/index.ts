/** The cache of bottleneck values on disk, and the pipeline that fills it. */
export { BottleneckCache, openCache, type CachedBackbone, type Key } from './cache';
export { CacheWriter } from './cacheWriter';
export { checkRows, type CheckedPlace, type RowCheck } from './checkRows';
export { clearCache, measureCache, type CacheSize, type ClearedCache } from './clearCache';
export {
  computeBottlenecks,
  type BottleneckOptions,
  type BottleneckSource,
  type CachedImage,
  type ComputedBottlenecks,
} from './computeBottlenecks';
export { computeValues, type AskedImage, type ComputedImage } from './computeValues';
export {
  inspectPart,
  readPartRows,
  type ChecksumState,
  type InspectedPart,
  type InspectedRow,
  type RowValues,
} from './inspection';
export { listCache, type ListedBackbone, type ListedImage, type ListedLabel } from './listing';
export { cacheLocation, homesOf, type CacheLocation } from './location';
export { mergeCache, type MergedBackbone } from './mergeCaches';
export type { BottleneckProgress } from './progressMeter';
export { readBottlenecks, type Arrange } from './readBottlenecks';
export { compactStale, knownParts, type KnownParts, type ScannedDataset } from './staleness';
