export { crossEntropyOf, topAnswers, wrongAnswers, type TopAnswer, type WrongAnswer } from './answers';
export {
  accuracyOf,
  classMetrics,
  confusionMatrix,
  mostConfused,
  type Accuracy,
  type ClassMetrics,
  type Confused,
} from './confusion';
export { wilson, type Interval } from './interval';
