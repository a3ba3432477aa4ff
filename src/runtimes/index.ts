/** What executes a backbone, behind one interface, and which of them can be loaded here. */
export { observeRanges } from './observeRanges';
export { probeOnnx, type SeenValue } from './onnx';
export { deferredRuntime } from './deferred';
export {
  chooseRuntime,
  openRuntime,
  runtimeAvailability,
  type RuntimeAvailability,
  type RuntimeChoice,
  type RuntimeOptions,
} from './open';
export {
  eightBitRuntimes,
  runtimeIds,
  type Matrix,
  type Product,
  type ProductOptions,
  type Runtime,
  type RuntimeId,
} from './runtime';
