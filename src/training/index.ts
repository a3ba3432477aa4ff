/** The head: softmax regression on scaled values. Its matrix products come in as an argument. */
export type { Head } from './head';
export { plainProduct, type Matrix, type Product } from './matrix';
export { fold, scale, scaleInPlace, takeScaling, type Scaling } from './scaling';
export type { Measures } from './softmaxLoss';
export {
  trainingDefaults,
  trainSoftmax,
  type Epoch,
  type SoftmaxTask,
  type Trained,
  type TrainingSet,
} from './trainSoftmax';
