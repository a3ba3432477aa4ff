/** A run on disk: the trained head with all that is known about its training. */
export type { RunCalibration } from './calibration';
export { eventFile } from './eventFile';
export { curveOf, isContinuable, type IterativeTraining } from './runRecord';
export { modelFiles } from './headFiles';
export { writeLabels as labelsText } from './labelsFile';
export type { KnownImages } from './knownFile';
export { readRunImages } from './imagesFile';
export { readLast, type Resumption } from './lastFile';
export { readState, type KeptState } from './stateFile';
export type { LayersHead } from './layersModel';
export { findRefit, findRunFor, listRuns, type FoundRun, type RunList } from './listRuns';
export { mostNeighbourBytes, neighbourBytes } from './neighboursFile';
export { predict } from './predict';
export { readRun } from './readRun';
export type {
  Continues,
  HeadSettings,
  HiddenSettings,
  NewRun,
  RefitOf,
  RunDataset,
  RunDistortions,
  RunEvaluation,
  RunLeaveOneOut,
  RunImage,
  RunPrediction,
  RunRecord,
  RunSettings,
  RunTraining,
  SplitRule,
  ViewCounts,
} from './runRecord';
export { readRunTitle, writeRunTitle, type RunTitle } from './runTitle';
export { removeRun } from './removeRun';
export { saveRun } from './saveRun';
export type { RunSureness } from './sureness';
export { summariseRuns, type RunSummary } from './summariseRuns';
