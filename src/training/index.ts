/** The heads, trained on scaled values. Their matrix products come in as an argument. */
export type { RidgeProblem } from './centre';
export { chooseSoftmax, softmaxPenalties, type ChosenSoftmax, type SoftmaxTrial } from './chooseSoftmax';
export { balancedWeights } from './classWeights';
export { fitRidge, type FittedRidge, type RidgeFitTask } from './fitRidge';
export type { Head } from './head';
export { plainProduct, type Matrix, type Product } from './matrix';
export type { Matrix64, Product64 } from './matrix64';
export { cosines, unitRows } from './nearest';
export type { CurveUnit, LbfgsOptimizer, Optimizer } from './optimizer';
export { retrainPyDefaults, trainRetrainPy, type RetrainPyOptimizer, type RetrainPyTask } from './retrainPy';
export { fold, scale, scaleInPlace, takeScaling, type Scaling } from './scaling';
export type { Measures } from './softmaxLoss';
export { probabilitiesOf } from './probabilities';
export type { StepRule } from './stepRule';
export { fitTemperature } from './temperature';
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
export { ridgePenalties, trainRidge, type RidgeTask, type RidgeTrial, type TrainedRidge } from './trainRidge';
export {
  trainingDefaults,
  trainSoftmax,
  type Epoch,
  type SoftmaxTask,
  type Trained,
  type TrainingSet,
} from './trainSoftmax';
