/** Frozen networks: read from disk, checked, fingerprinted, and turned into ONNX. Runs none. */
export {
  defaultBackbone,
  embeddedBackbones,
  loadBackbone,
  type Backbone,
  type BackboneFacts,
} from './backbone';
export type { Constant, Graph, GraphNode, Operation, Shape } from './graph';
export { normalise } from './normalise';
export { OnnxModel } from './onnxModel';
export { toOnnx } from './toOnnx';
