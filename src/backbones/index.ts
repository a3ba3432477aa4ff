/** Frozen networks: read from disk, checked, fingerprinted, and turned into ONNX. Runs none. */
export {
  defaultBackbones,
  embeddedBackbones,
  loadBackbone,
  type Backbone,
  type BackboneFacts,
} from './backbone';
export type { Constant, Graph, GraphNode, Operation, Shape } from './graph';
export { normalise, type Normalisation } from './normalise';
export { OnnxModel } from './onnxModel';
export { quantisationRule, type Range } from './quantisation';
export { rangedNodes, type ActivationRanges } from './ranges';
export { rangesFile, writeRanges } from './rangesFile';
export { toOnnx } from './toOnnx';
