/** How good answers are. Pure functions of labels and probabilities. */
export { confusionDifference, type ConfusionDifference, type LabelledConfusion } from './confusionDifference';
export { crossEntropyOf, topAnswers, type TopAnswer } from './answers';
export { calibrationOf, type Calibration, type ReliabilityBin } from './calibration';
export { accuracyOf, classMetrics, confusionMatrix, type Accuracy, type ClassMetrics } from './confusion';
export { coverageCurve, rejectThreshold, type CoveragePoint, type RejectPoint } from './coverage';
export {
  crossValidate,
  partFold,
  stratifiedFolds,
  type CrossValidation,
  type CrossValidationTask,
  type FoldTrainer,
} from './crossValidation';
export { datasetChanges, type DatasetChanges, type DatasetImage } from './datasetChanges';
export { familiarity, type Familiarity } from './familiarity';
export { flipsOf, pairByContent, type Flips, type TestedImage, type TestedTwice } from './flips';
export { forecast, type Forecast, type SizeOutcomes } from './forecast';
export { wilson, type Interval } from './interval';
export { nestedOrder } from './nestedOrder';
export { novelty, noveltyThreshold } from './novelty';
export type { PowerLaw } from './powerLaw';
export { answersSureness, surenessOf, type Sureness } from './sureness';
export { topKAccuracy } from './topK';
