/** A run on disk: the trained head with all that is known about its training. */
export { eventFile } from './eventFile';
export { headFiles } from './headFiles';
export { writeLabels as labelsText } from './labelsFile';
export { findRefit, findRunFor, listRuns, type RunList } from './listRuns';
export { predict } from './predict';
export { readRun } from './readRun';
export type {
  NewRun,
  RefitOf,
  RunDataset,
  RunDistortions,
  RunEvaluation,
  RunPrediction,
  RunRecord,
  RunSettings,
  RunTraining,
  SplitRule,
  ViewCounts,
} from './runRecord';
export { saveRun } from './saveRun';
