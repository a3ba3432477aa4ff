import type { Backbone, Graph } from '../backbones';

/** `chooseRuntime` lets no other network come this far. */
export function graphOf(backbone: Backbone): Graph {
  if (backbone.kind !== 'graph') throw new TypeError(`${backbone.id} is an ONNX model`);
  return backbone.graph;
}

/** The graph as the file format of TF.js has it, with the checked and widened weights. */
export function graphArtifacts({ topology, constants }: Graph): object {
  const weights = [...constants];
  return {
    format: 'graph-model',
    // tfjs-converter reads the two numbers and uses them for nothing but a name.
    modelTopology: { node: topology, versions: { producer: 0, minConsumer: 0 } },
    weightSpecs: weights.map(([name, { kind, shape }]) => ({ name, shape: [...shape], dtype: kind })),
    weightData: weights.map(([, { values }]) => values.buffer),
  };
}
