/** A run on disk: the trained head with all that is known about its training. */
export { readRunImages } from './imagesFile';
export { findRefit, findRunFor, listRuns, type RunList } from './listRuns';
export { predict } from './predict';
export { readRun } from './readRun';
export type {
  NewRun,
  RefitOf,
  RunDataset,
  RunEvaluation,
  RunImage,
  RunPrediction,
  RunRecord,
  RunTraining,
} from './runRecord';
export { readRunTitle, writeRunTitle, type RunTitle } from './runTitle';
export { saveRun } from './saveRun';
export { summariseRuns, type RunSummary } from './summariseRuns';
