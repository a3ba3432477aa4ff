/** How good answers are. Pure functions of labels and probabilities. */
export { crossEntropyOf, topAnswers, type TopAnswer } from './answers';
export { accuracyOf, classMetrics, confusionMatrix, type Accuracy, type ClassMetrics } from './confusion';
export { wilson, type Interval } from './interval';
