import { RetrainError } from '../base';
import type { Constant, Graph, GraphNode, Shape } from './graph';
import { OnnxModel } from './onnxModel';
import { permute } from './permute';
import { axisOf, window } from './shapes';

/** From [n, h, w, c] to [n, c, h, w], and back. */
const toChannelsFirst = [0, 3, 1, 2];
const toChannelsLast = [0, 2, 3, 1];

/**
 * The network as an ONNX model in float32, with the same input [n, H, W, 3] and output [n, D], n left open.
 * Pictures are [n, c, h, w] inside, as ONNX has it: transposed once at the input. The zeros of TensorFlow's SAME
 * padding are written out from the static shapes; a BiasAdd becomes the bias of its convolution.
 * @throws GRAPH_UNSUPPORTED naming the operation
 */
export function toOnnx(graph: Graph): Uint8Array {
  return new Conversion(graph).run();
}

/** Names made here begin with '/', with which no node of a graph can begin. */
class Conversion {
  private readonly model = new OnnxModel();
  private readonly shapes = new Map<string, Shape>();
  private readonly producers: ReadonlyMap<string, GraphNode>;
  private readonly consumers = new Map<string, GraphNode[]>();

  constructor(private readonly graph: Graph) {
    this.producers = new Map(graph.nodes.map((node) => [node.name, node]));
    for (const node of graph.nodes)
      for (const input of new Set(node.inputs))
        this.consumers.set(input, [...(this.consumers.get(input) ?? []), node]);
  }

  run(): Uint8Array {
    const { graph } = this;
    for (const node of graph.nodes) {
      if (node.shape === undefined) throw this.unsupported(node);
      this.shapes.set(node.name, node.shape);
      this.convert(node, node.shape);
    }
    const input = { name: '/input', shape: this.shapeOf(graph.input) };
    return this.model.encode('network', [input], [{ name: graph.output, shape: this.shapeOf(graph.output) }]);
  }

  private convert(node: GraphNode, shape: Shape): void {
    const { model } = this;
    const { name, operation } = node;
    const [first = '', second = ''] = node.inputs;
    switch (operation.kind) {
      case 'input':
        model.node('Transpose', ['/input'], name, { perm: toChannelsFirst });
        break;
      case 'convolution':
        if (this.biasOf(node) === undefined) this.convolution(node, name, undefined);
        break;
      case 'biasAdd': {
        const producer = this.producers.get(first);
        if (producer !== undefined && this.biasOf(producer) === node)
          this.convolution(producer, name, this.floats(second));
        else model.node('Add', [first, this.spread(name, second, shape)], name);
        break;
      }
      case 'add': {
        const [whole, other] = this.graph.constants.has(first) ? [second, first] : [first, second];
        model.node(
          'Add',
          [whole, this.graph.constants.has(other) ? this.spread(name, other, shape) : other],
          name,
        );
        break;
      }
      case 'relu':
        model.node('Relu', [first], name);
        break;
      case 'relu6':
        this.clip(name, first);
        break;
      case 'identity':
        model.node('Identity', [first], name);
        break;
      case 'softmax':
        model.node('Softmax', [first], name, { axis: shape.length === 4 ? 1 : shape.length - 1 });
        break;
      case 'mean':
        this.mean(name, first, operation.axes, operation.keepDimensions, shape);
        break;
      case 'concatenate': {
        const axis = axisOf(operation.axis, shape);
        model.node('Concat', node.inputs, name, {
          axis: shape.length === 4 ? toChannelsFirst.indexOf(axis) : axis,
        });
        break;
      }
      case 'reshape': {
        const to = model.integers(`/${name}/shape`, operation.to);
        this.leave(name, shape, (output) =>
          model.node('Reshape', [this.channelsLast(name, first), to], output),
        );
        break;
      }
      case 'pad': {
        const ordered = (sizes: readonly number[]): number[] =>
          shape.length === 4 ? toChannelsFirst.map((axis) => sizes[axis] ?? 0) : [...sizes];
        const pads = model.integers(`/${name}/pads`, [
          ...ordered(operation.before),
          ...ordered(operation.after),
        ]);
        model.node('Pad', [first, pads], name);
        break;
      }
      case 'product': {
        const { shape: dims, values } = this.floats(second);
        const matrix = operation.transposeB ? permute(values, dims, [1, 0]) : { shape: dims, values };
        model.node('MatMul', [first, model.floats(`/${name}/matrix`, matrix.shape, matrix.values)], name);
        break;
      }
      case 'other':
        throw this.unsupported(node);
    }
  }

  /** The BiasAdd that is the only one to use the values of this convolution, if that is so. */
  private biasOf(node: GraphNode): GraphNode | undefined {
    const [only, ...others] = this.consumers.get(node.name) ?? [];
    return node.operation.kind === 'convolution' && only?.operation.kind === 'biasAdd' && others.length === 0
      ? only
      : undefined;
  }

  private convolution(
    node: GraphNode,
    output: string,
    bias: { shape: Shape; values: Float32Array } | undefined,
  ): void {
    const { operation } = node;
    const [picture = '', weights = ''] = node.inputs;
    if (operation.kind !== 'convolution') return;
    const [, height = 0, width = 0, channels = 0] = this.shapeOf(picture);
    const { shape, values } = this.floats(weights);
    const [kernelHeight = 0, kernelWidth = 0] = shape;
    const { strides, dilations, padding, depthwise } = operation;
    const rows = window(height, kernelHeight, strides[0], dilations[0], padding);
    const columns = window(width, kernelWidth, strides[1], dilations[1], padding);
    // A depthwise filter gives every channel `multiplier` results, in the order ONNX's groups have.
    const filter = permute(values, shape, depthwise ? [2, 3, 0, 1] : [3, 2, 0, 1]);
    const [a = 0, b = 0] = filter.shape;
    const dims = depthwise ? [a * b, 1, kernelHeight, kernelWidth] : filter.shape;
    const inputs = [picture, this.model.floats(`/${node.name}/filter`, dims, filter.values)];
    if (bias !== undefined) inputs.push(this.model.floats(`/${node.name}/bias`, bias.shape, bias.values));
    this.model.node('Conv', inputs, output, {
      kernel_shape: [kernelHeight, kernelWidth],
      strides,
      dilations,
      group: depthwise ? channels : 1,
      pads: [rows.before, columns.before, rows.after, columns.after],
    });
  }

  private clip(name: string, input: string): void {
    const least = this.model.floats(`/${name}/least`, [], Float32Array.of(0));
    const most = this.model.floats(`/${name}/most`, [], Float32Array.of(6));
    this.model.node('Clip', [input, least, most], name);
  }

  private mean(name: string, input: string, given: readonly number[], keep: boolean, shape: Shape): void {
    const before = this.shapeOf(input);
    const axes = [...new Set(given.map((axis) => axisOf(axis, before)))].sort();
    if (before.length === 4 && String(axes) === '1,2') {
      const pooled = this.model.node('GlobalAveragePool', [input], keep ? name : `/${name}/pooled`);
      if (!keep) this.model.node('Flatten', [pooled], name);
      return;
    }
    const keepdims = keep ? 1 : 0;
    this.leave(name, shape, (output) =>
      this.model.node('ReduceMean', [this.channelsLast(name, input)], output, { axes, keepdims }),
    );
  }

  /** The name of `input` for node `name` with channels last again, where it is a picture. */
  private channelsLast(name: string, input: string): string {
    if (this.shapeOf(input).length !== 4) return input;
    return this.model.node('Transpose', [input], `/${name}/in`, { perm: toChannelsLast });
  }

  /** Has `make` write the values of `name` with channels last, and transposes them where they are a picture. */
  private leave(name: string, shape: Shape, make: (output: string) => void): void {
    const picture = shape.length === 4;
    make(picture ? `/${name}/out` : name);
    if (picture) this.model.node('Transpose', [`/${name}/out`], name, { perm: toChannelsFirst });
  }

  /** A constant laid out for adding to values of `shape`. */
  private spread(name: string, constant: string, shape: Shape): string {
    const { shape: own, values } = this.floats(constant);
    const picture = shape.length === 4;
    const filled = [...Array<number>(shape.length - own.length).fill(1), ...own];
    const laid = picture ? permute(values, filled, toChannelsFirst) : { shape: filled, values };
    return this.model.floats(`/${name}/constant`, laid.shape, laid.values);
  }

  private floats(name: string): Extract<Constant, { kind: 'float32' }> {
    const constant = this.graph.constants.get(name);
    if (constant?.kind !== 'float32') throw new TypeError(`${name} is no float32 constant`);
    return constant;
  }

  private shapeOf(name: string): Shape {
    const shape = this.shapes.get(name);
    if (shape === undefined) throw new TypeError(`${name} has no shape`);
    return shape;
  }

  private unsupported({ name, operation }: GraphNode): RetrainError {
    const said = operation.kind === 'other' ? operation.name : operation.kind;
    return new RetrainError('GRAPH_UNSUPPORTED', { path: this.graph.path, operation: `${said} (${name})` });
  }
}
