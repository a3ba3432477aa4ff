import type { Graph, GraphNode } from './graph';
import type { Range } from './quantisation';

/** By node: the range of its values, over all channels. */
export type ActivationRanges = ReadonlyMap<string, Range>;

/** A convolution with what follows it and nothing else uses, up to the first rectifier. */
export interface ConvolutionChain {
  readonly convolution: GraphNode;
  readonly bias: GraphNode | undefined;
  readonly rectifier: GraphNode | undefined;
  /** The last node of the chain. */
  readonly end: string;
}

/** All chains of the graph, by each of their nodes. */
export function convolutionChains(graph: Graph): ReadonlyMap<string, ConvolutionChain> {
  const consumers = new Map<string, GraphNode[]>();
  for (const node of graph.nodes)
    for (const input of new Set(node.inputs)) consumers.set(input, [...(consumers.get(input) ?? []), node]);
  const next = ({ name }: GraphNode, ...kinds: GraphNode['operation']['kind'][]): GraphNode | undefined => {
    const [only, ...others] = consumers.get(name) ?? [];
    return only && others.length === 0 && kinds.includes(only.operation.kind) ? only : undefined;
  };
  const chains = new Map<string, ConvolutionChain>();
  for (const convolution of graph.nodes) {
    if (convolution.operation.kind !== 'convolution') continue;
    const bias = next(convolution, 'biasAdd');
    const rectifier = next(bias ?? convolution, 'relu', 'relu6');
    const end = (rectifier ?? bias ?? convolution).name;
    for (const node of [convolution, bias, rectifier])
      if (node) chains.set(node.name, { convolution, bias, rectifier, end });
  }
  return chains;
}

/**
 * The nodes whose values have eight bits where the network has: the input, each convolution's, after its rectifier,
 * whose picture has, and what is made of such pictures by sums, pools, with a rectifier behind them or not, pools, paddings and by joining them.
 * What follows (means, lists of values) stays in float32.
 */
export function rangedNodes(graph: Graph): ReadonlySet<string> {
  const chains = convolutionChains(graph);
  const ranged = new Set<string>();
  /** Ranged, or made of such by sums and products with constants: only the last of them is rounded. */
  const linear = new Set<string>();
  const sums = new Set<string>();
  const withConstant = ({ operation: { kind }, inputs }: GraphNode): boolean =>
    (kind === 'add' || kind === 'subtract' || kind === 'multiply') &&
    inputs.some((input) => graph.constants.has(input));
  for (const node of graph.nodes) {
    const { name, operation, inputs, shape } = node;
    const chain = chains.get(name);
    const all = inputs.every((input) => ranged.has(input));
    if (operation.kind === 'input') ranged.add(name);
    else if (chain !== undefined) {
      if (chain.end === name && ranged.has(chain.convolution.inputs[0] ?? '')) ranged.add(name);
    } else if (withConstant(node)) {
      if (!inputs.some((input) => linear.has(input))) continue;
      linear.add(name);
      const users = graph.nodes.filter((other) => other.inputs.includes(name));
      if (shape?.length === 4 && !users.some(withConstant)) ranged.add(name);
    } else if (all && shape?.length === 4 && roundedKinds.has(operation.kind)) ranged.add(name);
    else if ((operation.kind === 'relu' || operation.kind === 'relu6') && sums.has(inputs[0] ?? ''))
      ranged.add(name);
    if (operation.kind === 'add' && ranged.has(name)) sums.add(name);
    if (ranged.has(name)) linear.add(name);
  }
  return ranged;
}

/** The nodes `rangedNodes` names, and what can be in their range. */
export function rangeLimits(graph: Graph): ReadonlyMap<string, Range> {
  const ranged = rangedNodes(graph);
  const limits = new Map<string, Range>();
  for (const { name, operation } of graph.nodes)
    if (ranged.has(name))
      limits.set(name, rectifierLimits[operation.kind] ?? { least: -Infinity, most: Infinity });
  return limits;
}

const rectifierLimits: Partial<Record<GraphNode['operation']['kind'], Range>> = {
  relu: { least: 0, most: Infinity },
  relu6: { least: 0, most: 6 },
};

const roundedKinds: ReadonlySet<GraphNode['operation']['kind']> = new Set([
  'add',
  'pool',
  'pad',
  'concatenate',
]);
