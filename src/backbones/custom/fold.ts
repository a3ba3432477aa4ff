import type { Constant, GraphNode, Shape } from '../graph';
import type { ForeignNetwork } from './network';

/**
 * The same network with what follows a convolution and is linear in its values (biases, batch normalisation, additions
 * and products with constants) folded into the filter and one bias: computed in 64 bits, rounded once. The last node
 * of such a chain keeps its name; those inside it are gone.
 */
export function foldConvolutions(network: ForeignNetwork): ForeignNetwork {
  const consumers = new Map<string, GraphNode[]>();
  for (const node of network.nodes)
    for (const input of new Set(node.inputs)) consumers.set(input, [...(consumers.get(input) ?? []), node]);
  const constants = new Map(network.constants);
  /** What stands in the place of the last node of a chain; the others of the chain are left out. */
  const folded = new Map<string, readonly GraphNode[]>();
  const inside = new Set<string>();
  for (const node of network.nodes) {
    const chain = new LinearChain(node, network);
    let last = node;
    for (;;) {
      const [next, ...others] = consumers.get(last.name) ?? [];
      if (next === undefined || others.length > 0 || !chain.take(next, last.name)) break;
      inside.add(last.name);
      last = next;
    }
    if (last !== node) folded.set(last.name, chain.nodes(last, constants));
  }
  const nodes = network.nodes.flatMap(
    (node) => folded.get(node.name) ?? (inside.has(node.name) ? [] : [node]),
  );
  const used = new Set(nodes.flatMap(({ inputs }) => inputs));
  return { ...network, nodes, constants: new Map([...constants].filter(([name]) => used.has(name))) };
}

/** A convolution and the factor and offset of each of its channels. */
class LinearChain {
  private readonly channels: number;
  private readonly factors: Float64Array;
  private readonly offsets: Float64Array;

  constructor(
    private readonly convolution: GraphNode,
    private readonly network: ForeignNetwork,
  ) {
    const { operation, shape } = convolution;
    this.channels = operation.kind === 'convolution' ? (shape?.at(-1) ?? 0) : 0;
    this.factors = new Float64Array(this.channels).fill(1);
    this.offsets = new Float64Array(this.channels);
  }

  /** Takes in a node, whose input is the chain so far: false where it is not linear, or varies over a picture. */
  take({ operation, inputs }: GraphNode, sofar: string): boolean {
    if (this.channels === 0) return false;
    const { kind } = operation;
    if (kind === 'identity') return true;
    if (kind !== 'biasAdd' && kind !== 'add' && kind !== 'subtract' && kind !== 'multiply') return false;
    const other = inputs[0] === sofar ? inputs[1] : inputs[0];
    const constant = this.network.constants.get(other ?? '');
    const perChannel = constant && this.perChannel(constant);
    if (perChannel === undefined) return false;
    for (let channel = 0; channel < this.channels; channel++) {
      const value = perChannel(channel);
      if (kind === 'multiply') {
        this.factors[channel] = (this.factors[channel] ?? 1) * value;
        this.offsets[channel] = (this.offsets[channel] ?? 0) * value;
      } else if (kind === 'subtract') {
        // Either side may be the constant.
        const sign = inputs[0] === sofar ? 1 : -1;
        this.factors[channel] = (this.factors[channel] ?? 1) * sign;
        this.offsets[channel] = sign * ((this.offsets[channel] ?? 0) - value);
      } else this.offsets[channel] = (this.offsets[channel] ?? 0) + value;
    }
    return true;
  }

  /** The convolution and its bias; the bias has the name of the chain's `last` node. */
  nodes(last: GraphNode, constants: Map<string, Constant>): readonly GraphNode[] {
    const { convolution } = this;
    const [picture = '', weights = ''] = convolution.inputs;
    const filter = this.network.constants.get(weights);
    if (filter?.kind !== 'float32') return [convolution];
    const scaled = filter.values.map((value, i) => value * (this.factors[i % this.channels] ?? 1));
    const free = (wanted: string): string => {
      let name = wanted;
      while (constants.has(name) || this.network.nodes.some((node) => node.name === name)) name += '_';
      return name;
    };
    const filterName = free(`${convolution.name}/filter`);
    constants.set(filterName, { ...filter, values: scaled });
    const bias = free(`${last.name}/bias`);
    constants.set(bias, {
      kind: 'float32',
      shape: [this.channels],
      values: Float32Array.from(this.offsets),
    });
    return [
      { ...convolution, inputs: [picture, filterName] },
      { ...last, operation: { kind: 'biasAdd' }, inputs: [convolution.name, bias] },
    ];
  }

  /** The value of each channel, where the constant has one for each, or one for all. */
  private perChannel({ kind, shape, values }: Constant): ((channel: number) => number) | undefined {
    if (kind !== 'float32' || !spreadsOver(shape, this.channels)) return undefined;
    return (channel) => values[values.length === 1 ? 0 : channel] ?? 0;
  }
}

function spreadsOver(shape: Shape, channels: number): boolean {
  const size = shape.reduce((a, b) => a * b, 1);
  return size === 1 || (size === channels && shape.at(-1) === channels);
}
