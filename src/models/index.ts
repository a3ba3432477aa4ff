export { findRunFor, listRuns, type RunList } from './listRuns';
export { predict } from './predict';
export { readRun } from './readRun';
export type {
  NewRun,
  RunDataset,
  RunEpoch,
  RunEvaluation,
  RunPrediction,
  RunRecord,
  RunScore,
  RunSettings,
  RunTraining,
  SkippedFact,
  Warning,
} from './runRecord';
export { saveRun } from './saveRun';
