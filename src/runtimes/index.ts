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
export { plainProduct64 } from './plainProduct64';
export {
  eightBitRuntimes,
  runtimeIds,
  type Doubles,
  type Matrix,
  type Matrix64,
  type Product,
  type Product64,
  type ProductOptions,
  type Runtime,
  type RuntimeId,
} from './runtime';
