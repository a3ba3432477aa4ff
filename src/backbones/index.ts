/** Frozen networks: read from disk, checked, fingerprinted, and turned into ONNX. Runs none. */
export {
  backboneId,
  defaultBackbones,
  embeddedBackbones,
  loadBackbone,
  openBackbone,
  type Backbone,
  type BackboneDescription,
  type BackboneFacts,
  type EmbeddedBackbone,
  type GraphBackbone,
  type OnnxBackbone,
  type Scaling,
} from './backbone';
export type { Constant, Graph, GraphNode, Operation, Shape } from './graph';
export { normalise, type Normalisation } from './normalise';
export { OnnxModel } from './onnxModel';
export { quantisationRule, type Range } from './quantisation';
export { rangedNodes, type ActivationRanges } from './ranges';
export { rangesFile, writeRanges } from './rangesFile';
export { toOnnx } from './toOnnx';
export { catalogue, downloadSize, type CatalogueEntry } from './catalogue';
export { defaultCut, type CutCandidate } from './custom/cut';
export { fetchCatalogued } from './custom/fetchCatalogued';
export { fetchNetwork, isAddress } from './custom/fetchNetwork';
export {
  idOf,
  installBackbone,
  installedBackbones,
  installQuantised,
  removeBackbone,
} from './custom/install';
export { observableOnnx, onnxRangeLimits, quantiseOnnx, whyNotQuantised } from './custom/quantiseOnnx';
export { parseNormalisation, type NormalisationKind } from './custom/normalisation';
export { readNetwork, type ReadNetwork } from './custom/readNetwork';
export { downloadFile } from './download';
export type { ProxySettings } from './proxy';
