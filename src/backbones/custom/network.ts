import { RetrainError } from '../../base';
import type { Constant, GraphNode, Operation, Shape } from '../graph';
import { inferShape, type Operand } from '../shapes';

/** A network somebody brought: nodes in order, each after its inputs, and the constants they use. */
export interface ForeignNetwork {
  /** Named in errors. */
  readonly path: string;
  readonly nodes: readonly GraphNode[];
  readonly constants: ReadonlyMap<string, Constant>;
  /** The node of kind `input`. */
  readonly input: string;
}

/** The same rule as `readGraphModel` has: what is built is read by it later. */
const allowed = /[^A-Za-z0-9_.\\/>-]/g;

/** Builds a network node by node, each with the static shape of its values. */
export class NetworkBuilder {
  readonly nodes: GraphNode[] = [];
  readonly constants = new Map<string, Constant>();
  private readonly shapes = new Map<string, Shape>();
  private readonly taken = new Set<string>();

  /** @param fail makes the error for a node that does not fit its inputs */
  constructor(private readonly fail: (node: string, reason: string) => Error) {}

  /** A name that is free and allowed in a graph, as near to `wanted` as can be. */
  name(wanted: string): string {
    const clean = wanted.replace(allowed, '_').slice(0, 900);
    const start = /^[A-Za-z0-9.]/.test(clean) && !(clean in {}) ? clean : `n${clean}`;
    let free = start;
    for (let i = 1; this.taken.has(free); i++) free = `${start}_${i}`;
    this.taken.add(free);
    return free;
  }

  floats(wanted: string, shape: Shape, values: Float32Array<ArrayBuffer>): string {
    return this.constant(wanted, { kind: 'float32', shape, values });
  }

  constant(wanted: string, constant: Constant): string {
    const name = this.name(wanted);
    this.constants.set(name, constant);
    return name;
  }

  /**
   * Adds a node; one that is not understood, or that comes after such a one, has no shape. Returns its name, which is
   * `wanted` where that is free.
   */
  add(wanted: string, operation: Operation, inputs: readonly string[]): string {
    const name = this.name(wanted);
    const operands: Operand[] = [];
    for (const input of inputs) {
      const constant = this.constants.get(input);
      const shape = constant?.shape ?? this.shapes.get(input);
      if (shape !== undefined) operands.push({ shape, constant });
    }
    let shape: Shape | undefined;
    if (operation.kind !== 'other' && operands.length === inputs.length) {
      try {
        shape = inferShape(operation, operands);
        this.shapes.set(name, shape);
      } catch (error) {
        throw this.fail(name, error instanceof Error ? error.message : String(error));
      }
    }
    this.nodes.push({ name, operation, inputs, shape });
    return name;
  }

  shapeOf(name: string): Shape | undefined {
    return this.constants.get(name)?.shape ?? this.shapes.get(name);
  }
}

/**
 * What of the network `outputs` need, in the same order.
 * @throws GRAPH_UNSUPPORTED where they need an operation that is not known
 */
export function prune(network: ForeignNetwork, outputs: readonly string[]): ForeignNetwork {
  const needed = new Set(outputs);
  const nodes: GraphNode[] = [];
  for (const node of [...network.nodes].reverse()) {
    if (!needed.has(node.name)) continue;
    for (const input of node.inputs) needed.add(input);
    nodes.push(node);
    if (node.operation.kind === 'other')
      throw new RetrainError('GRAPH_UNSUPPORTED', { path: network.path, operation: node.operation.name });
  }
  nodes.reverse();
  const constants = new Map([...network.constants].filter(([name]) => needed.has(name)));
  return { ...network, nodes, constants };
}
