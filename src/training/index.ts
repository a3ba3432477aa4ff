/** The heads, trained on scaled values. Their matrix products come in as an argument. */
export type { RidgeProblem } from './centre';
export type { Head } from './head';
export { plainProduct, type Matrix, type Product } from './matrix';
export type { Matrix64, Product64 } from './matrix64';
export { fold, scale, scaleInPlace, type Scaling } from './scaling';
export type { Measures } from './softmaxLoss';
export { fitTemperature } from './temperature';
export { trainRidge, type RidgeTask, type RidgeTrial, type TrainedRidge } from './trainRidge';
export {
  trainingDefaults,
  trainSoftmax,
  type Epoch,
  type SoftmaxTask,
  type Trained,
  type TrainingSet,
} from './trainSoftmax';
