import { RetrainError, type Untrusted } from '../../base';
import type { Constant, Operation } from '../graph';
import { inOrder, parseTopologyNode } from '../graphModel';
import { parseOperation } from '../operations';
import { batchNormalisation } from './batchNormalisation';
import { NetworkBuilder, type ForeignNetwork } from './network';
import type { InputSize } from './input';

const maxNodes = 10_000;

/**
 * A TF.js graph model somebody brought: fused operations are taken apart, batch normalisation becomes a product and a
 * sum, and what is not understood stays as `other`, so that a network can be cut before it.
 * @param input makes of what the file says of its pictures, [height, width, channels], what they are to be
 * @throws NETWORK_DAMAGED where it is no graph, and what `input` throws
 */
export function readTopology(
  topology: Untrusted,
  weights: ReadonlyMap<string, Constant>,
  path: string,
  input: (said: readonly (number | undefined)[]) => InputSize,
): ForeignNetwork {
  const list = topology.field('node');
  const sources = list.items(maxNodes);
  const read = sources.map((source, i) => {
    const { name, op, input: inputs, attr } = parseTopologyNode(source, 'dropped');
    return { name, op, attr, inputs, source: sources[i] ?? list };
  });
  const known = new Map<string, Constant>();
  for (const { name, op } of read) {
    const constant = op === 'Const' ? weights.get(name) : undefined;
    if (constant) known.set(name, constant);
  }
  const computed = read.filter(({ name }) => !known.has(name));
  const builder = new NetworkBuilder((node, reason) => list.fail(`${node}: ${reason}`));
  /** What the file calls something -> what it is here. */
  const named = new Map<string, string>();
  for (const [name, constant] of known) named.set(name, builder.constant(name, constant));
  const reader = new NodeReader(builder, named, known, input);
  for (const node of inOrder(computed, known, list)) reader.read(node);
  if (reader.input === undefined) throw list.fail('it has no input for pictures');
  return { path, nodes: builder.nodes, constants: builder.constants, input: reader.input };
}

interface FileNode {
  readonly name: string;
  readonly op: string;
  readonly inputs: readonly string[];
  readonly source: Untrusted;
}

class NodeReader {
  input: string | undefined;

  constructor(
    private readonly builder: NetworkBuilder,
    private readonly named: Map<string, string>,
    private readonly constants: ReadonlyMap<string, Constant>,
    private readonly size: (said: readonly (number | undefined)[]) => InputSize,
  ) {}

  read(node: FileNode): void {
    const { named } = this;
    try {
      const alias = aliases.has(node.op) ? named.get(node.inputs[0] ?? '') : undefined;
      named.set(node.name, alias ?? this.convert(node));
    } catch (error) {
      if (error instanceof RetrainError && error.code !== 'NETWORK_DAMAGED') throw error;
      const reason = error instanceof Error ? error.message : String(error);
      const operation: Operation = {
        kind: 'other',
        name: `${node.op} (${node.name}: ${reason})`,
        attributes: '',
      };
      named.set(node.name, this.builder.add(node.name, operation, []));
    }
  }

  private convert(node: FileNode): string {
    const { builder } = this;
    const { name, op, source } = node;
    const inputs = node.inputs.map((input) => this.named.get(input) ?? input);
    switch (op) {
      case 'Placeholder': {
        const { operation } = parseOperation(source, op, [], this.constants);
        const shape = operation.kind === 'input' ? operation.shape : [];
        // A flag such as keras_learning_phase is no picture.
        if (shape.length > 0 && shape.length !== 4) break;
        if (this.input !== undefined) throw new Error('it is a second input');
        const { height, width } = this.size([shape[1], shape[2], shape[3]]);
        this.input = builder.add(name, { kind: 'input', shape: [-1, height, width, 3] }, []);
        return this.input;
      }
      case '_FusedConv2D':
        return this.fused(node, 'Conv2D', inputs);
      case 'FusedDepthwiseConv2dNative':
        return this.fused(node, 'DepthwiseConv2dNative', inputs);
      case '_FusedMatMul':
        return this.fused(node, 'MatMul', inputs);
      case 'FusedBatchNorm':
      case 'FusedBatchNormV2':
      case 'FusedBatchNormV3': {
        const [values = '', gamma, beta, mean, variance] = inputs;
        const constants = [gamma, beta, mean, variance].map((input) => this.floats(input));
        const [g, b, m, v] = constants;
        if (b === undefined || m === undefined || v === undefined) break;
        const epsilon = source.field('attr').optional('epsilon')?.field('f').finite() ?? 1e-4;
        return batchNormalisation(builder, name, values, {
          gamma: g,
          beta: b,
          mean: m,
          variance: v,
          epsilon,
        });
      }
      case 'Squeeze': {
        const [values = ''] = inputs;
        const shape = builder.shapeOf(values);
        if (shape === undefined) break;
        const axes = source.optional('attr')?.optional('squeeze_dims')?.optional('list')?.optional('i');
        const given = axes?.items(8).map((axis) => axis.int64(-8, 8)) ?? [];
        const gone = new Set(given.map((axis) => (axis < 0 ? axis + shape.length : axis)));
        const to = shape.filter((size, i) => size !== 1 || (gone.size > 0 && !gone.has(i)));
        return builder.add(name, { kind: 'reshape', to }, [values]);
      }
      case 'RealDiv': {
        const divisor = this.floats(inputs[1]);
        if (divisor === undefined) break;
        const inverse = builder.floats(
          `${name}/inverse`,
          divisor.shape,
          divisor.values.map((value) => 1 / value),
        );
        return builder.add(name, { kind: 'multiply' }, [inputs[0] ?? '', inverse]);
      }
      default: {
        const parsed = parseOperation(source, op, inputs, builder.constants);
        if (parsed.operation.kind === 'other') break;
        return builder.add(name, parsed.operation, parsed.inputs);
      }
    }
    return builder.add(name, { kind: 'other', name: `${op} (${name})`, attributes: '' }, []);
  }

  /** The operation itself, its bias, and what comes after: what TF.js' converter has put together. */
  private fused({ name, source }: FileNode, op: string, inputs: readonly string[]): string {
    const { builder } = this;
    const attr = source.field('attr');
    const list = attr.optional('fused_ops')?.optional('list')?.optional('s')?.items(4) ?? [];
    const parts = list.map((item) => Buffer.from(item.name(100), 'base64').toString('latin1'));
    const [picture = '', weights = '', bias = ''] = inputs;
    const parsed = parseOperation(source, op, [picture, weights], builder.constants);
    const last = parts.length - 1;
    let value = builder.add(parts.length === 0 ? name : `${name}/${op}`, parsed.operation, parsed.inputs);
    parts.forEach((part, i) => {
      const called = i === last ? name : `${name}/${part}`;
      const operation = this.part(part, attr);
      value = builder.add(called, operation, operation.kind === 'biasAdd' ? [value, bias] : [value]);
    });
    return value;
  }

  private part(part: string, attr: Untrusted): Operation {
    switch (part) {
      case 'BiasAdd':
        return { kind: 'biasAdd' };
      case 'Relu':
        return { kind: 'relu' };
      case 'Relu6':
        return { kind: 'relu6' };
      case 'Sigmoid':
        return { kind: 'sigmoid' };
      case 'LeakyRelu':
        return { kind: 'leakyRelu', slope: attr.optional('leakyrelu_alpha')?.field('f').finite() ?? 0.2 };
      default:
        throw new Error(`${part} is not known`);
    }
  }

  private floats(name: string | undefined): Extract<Constant, { kind: 'float32' }> | undefined {
    const constant = this.builder.constants.get(name ?? '');
    return constant?.kind === 'float32' ? constant : undefined;
  }
}

/** What gives its input as it is. */
const aliases: ReadonlySet<string> = new Set([
  'Identity',
  'StopGradient',
  'PreventGradient',
  'CheckNumerics',
]);
