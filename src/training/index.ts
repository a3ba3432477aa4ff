/** The heads, trained on scaled values. Their matrix products come in as an argument. */
export type { RidgeProblem } from './centre';
export { chooseSoftmax, type ChosenSoftmax } from './chooseSoftmax';
export { balancedWeights } from './classWeights';
export { stepsOf, type Continuation, type TrainingEnd, type TrainingOptions } from './continuation';
export type { Head } from './head';
export { plainProduct, type Matrix, type Product } from './matrix';
export type { Matrix64, Product64 } from './matrix64';
export { cosines, unitRows } from './nearest';
export type { CurveUnit, LbfgsOptimizer, Optimizer, SteppedOptimizer } from './optimizer';
export { retrainPyDefaults, trainRetrainPy, type RetrainPyOptimizer, type RetrainPyTask } from './retrainPy';
export { fold, scale, scaleInPlace, takeScaling, unfold, type Scaling } from './scaling';
export type { Measures } from './softmaxLoss';
export { probabilitiesOf } from './probabilities';
export type { StepRule } from './stepRule';
export { fitTemperature, tempered } from './temperature';
export { trainByGradient, type GradientTask, type GradientTrained } from './trainByGradient';
export { trainCentroid } from './trainCentroid';
export { logitsOf, type TrainedHead } from './trainedHead';
export { trainNeighbours, type Neighbours, type NeighboursTask } from './trainNeighbours';
export { ridgeWork } from './ridgeSystem';
export { ridgePenalties, trainRidge, type RidgeTask, type RidgeTrial, type TrainedRidge } from './trainRidge';
export { steppedDefaults, trainStepped, type SteppedTask } from './trainStepped';
export {
  trainingDefaults,
  trainSoftmax,
  type Epoch,
  type SoftmaxTask,
  type Trained,
  type TrainingSet,
} from './trainSoftmax';
