/** The cache of bottleneck values on disk, and the pipeline that fills it. */
export { parseBottleneckText, writeBottleneckText, type ParsedValues } from './bottleneckText';
export { BottleneckCache, openCache, type CachedBackbone, type Key } from './cache';
export { CacheWriter } from './cacheWriter';
export { checkRows, type CheckedPlace, type RowCheck } from './checkRows';
export { clearCache, measureCache, type CacheSize, type ClearedCache } from './clearCache';
export { ContentSet } from './content';
export { computeBottlenecks, type BottleneckOptions, type BottleneckSource } from './computeBottlenecks';
export {
  findImported,
  importedBackbone,
  importedId,
  isImportedId,
  moduleInFileName,
  type ImportedBackbone,
} from './importedBackbone';
export { importTexts, type ImportedTexts, type ImportSource } from './importTexts';
export { computeValues, type AskedImage, type ComputedImage } from './computeValues';
export {
  inspectPart,
  readPartRows,
  type ChecksumState,
  type InspectedPart,
  type InspectedRow,
  type RowValues,
} from './inspection';
export { isAbandoned, leaseHolder, takeAlone, type Lease } from './lease';
export { listCache, type ListedBackbone, type ListedImage, type ListedLabel } from './listing';
export { cacheLocation, homesOf, type CacheLocation } from './location';
export { mergeCache, type MergedBackbone } from './mergeCaches';
export type { CachedImage, ComputedBottlenecks } from './outcome';
export type { BottleneckProgress } from './progressMeter';
export { readBottlenecks, type Arrange } from './readBottlenecks';
export { findTextFiles, type FoundTextFiles, type TextFile } from './textFiles';
export {
  compactViews,
  computeViews,
  viewsBackbone,
  viewsBackbonesIn,
  viewsId,
  type ComputedViews,
} from './views';
export { compactStale, knownParts, type KnownParts, type ScannedDataset } from './staleness';
