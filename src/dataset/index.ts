/** Folders of images: their classes, and which image is trained, validated or tested on. Never opens an image. */
export { assignSides, type SplitImage, type SplitSettings } from './assignSides';
export {
  datasetWarnings,
  type ClassSummary,
  type Dataset,
  type ImageFile,
  type Side,
  type SkippedFile,
  type Sniff,
} from './dataset';
export { findDatasets } from './findDatasets';
export { scanDataset, type ScanOptions } from './scanDataset';
export { scanImages } from './scanImages';
export { retrainPyPath, retrainPyPercentage, retrainPySide } from './retrainPySplit';
export { isInShard, type Shard } from './shard';
export { readSplit, splitFileName, writeSplit } from './splitFile';
