/** How good answers are. Pure functions of labels and probabilities. */
export { confusionDifference, type ConfusionDifference, type LabelledConfusion } from './confusionDifference';
export { crossEntropyOf, topAnswers, type TopAnswer } from './answers';
export { accuracyOf, classMetrics, confusionMatrix, type Accuracy, type ClassMetrics } from './confusion';
export { datasetChanges, type DatasetChanges, type DatasetImage } from './datasetChanges';
export { flipsBetween, type Flips, type TestedImage, type TestedTwice } from './flips';
export { forecast, type Forecast, type SizeOutcomes } from './forecast';
export { wilson, type Interval } from './interval';
export { nestedOrder } from './nestedOrder';
export type { PowerLaw } from './powerLaw';
