/** The heads, trained on scaled values. Their matrix products come in as an argument. */
export type { RidgeProblem } from './centre';
export { chooseSoftmax, softmaxPenalties, type ChosenSoftmax, type SoftmaxTrial } from './chooseSoftmax';
export { balancedWeights } from './classWeights';
export { stepsOf, type Continuation, type TrainingEnd, type TrainingOptions } from './continuation';
export {
  placeOf,
  withoutState,
  type GradientContinuation,
  type GradientPlace,
  type GradientState,
} from './gradientState';
export { fitRidge, fitRidgeHead, type FittedRidge, type RidgeFitTask } from './fitRidge';
export type { Head } from './head';
export { plainProduct, type Matrix, type Product } from './matrix';
export type { Matrix64, Product64 } from './matrix64';
export { cosines, unitRows } from './nearest';
export type { CurveUnit, LbfgsOptimizer, Optimizer, SteppedOptimizer } from './optimizer';
export { retrainPyDefaults, trainRetrainPy, type RetrainPyOptimizer, type RetrainPyTask } from './retrainPy';
export { fold, scale, scaleInPlace, takeScaling, unfold, unscaleInPlace, type Scaling } from './scaling';
export type { Measures } from './softmaxLoss';
export { probabilitiesOf } from './probabilities';
export type { StepRule } from './stepRule';
export { fitTemperature, tempered } from './temperature';
export { trainByGradient, type GradientTask, type GradientTrained } from './trainByGradient';
export { trainCentroid, type CentroidTask } from './trainCentroid';
export { classesOf, cooled, logitsOf, onRawValues, type TrainedHead } from './trainedHead';
export {
  neighbourCandidates,
  trainNeighbours,
  type Neighbours,
  type NeighboursTask,
  type NeighboursTrial,
} from './trainNeighbours';
export { ridgeWork } from './ridgeSystem';
export {
  chooseRidge,
  ridgePenalties,
  trainRidge,
  type RidgeTask,
  type RidgeTrial,
  type TrainedRidge,
} from './trainRidge';
export type { Layers } from './layers';
export { steppedDefaults, trainStepped, type SteppedTask, type SteppedTrained } from './trainStepped';
export {
  trainingDefaults,
  trainSoftmax,
  type Epoch,
  type SoftmaxTask,
  type Trained,
  type TrainingSet,
} from './trainSoftmax';
