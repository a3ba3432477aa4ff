/** How good answers are. Pure functions of labels and probabilities. */
export { crossEntropyOf, topAnswers, type TopAnswer } from './answers';
export { calibrationOf, type Calibration, type ReliabilityBin } from './calibration';
export { accuracyOf, classMetrics, confusionMatrix, type Accuracy, type ClassMetrics } from './confusion';
export { coverageCurve, rejectThreshold, type CoveragePoint } from './coverage';
export {
  crossValidate,
  stratifiedFolds,
  type CrossValidation,
  type CrossValidationTask,
  type FoldTrainer,
} from './crossValidation';
export { wilson, type Interval } from './interval';
export { novelty, noveltyThreshold } from './novelty';
export { topKAccuracy } from './topK';
