import { RetrainError } from '../base';
import type { Constant, Graph, GraphNode, Operation, Shape } from './graph';
import type { Normalisation } from './normalise';
import { float32, OnnxModel } from './onnxModel';
import { permute } from './permute';
import { weightBounds } from './quantisation';
import { QuantisedValues } from './quantisedValues';
import { convolutionChains, type ActivationRanges, type ConvolutionChain } from './ranges';
import { axisOf, window } from './shapes';

/** From [n, h, w, c] to [n, c, h, w], and back. */
const toChannelsFirst = [0, 3, 1, 2];
const toChannelsLast = [0, 2, 3, 1];

const plain = { sigmoid: 'Sigmoid', tanh: 'Tanh', identity: 'Identity' } as const;
const elementwise = { add: 'Add', subtract: 'Sub', multiply: 'Mul' } as const;

export interface OnnxOptions {
  /**
   * Of the nodes `rangedNodes` names: given these, the network is written with eight bits, in ONNX's QDQ form
   * (QuantizeLinear and DequantizeLinear around each operation, onnxruntime.ai, "Quantize ONNX models").
   */
  readonly ranges?: ActivationRanges | undefined;
  /** Nodes whose values are outputs, too. Pictures leave as [n, c, h, w]. */
  readonly outputs?: readonly string[];
  /** Given this, the input is the pixels themselves, uint8, and the model normalises them. */
  readonly pixels?: Normalisation;
}

/**
 * The network as an ONNX model, with the same input [n, H, W, 3] and output [n, D] in float32 (or the input in uint8:
 * `options.pixels`), n left open.
 * Pictures are [n, c, h, w] inside, as ONNX has it: transposed once at the input. The zeros of TensorFlow's SAME
 * padding are written out from the static shapes; a BiasAdd becomes the bias of its convolution. With eight bits a
 * rectifier behind a convolution becomes the end of its range, at which QuantizeLinear stops.
 * @throws GRAPH_UNSUPPORTED naming the operation
 */
export function toOnnx(graph: Graph, options: OnnxOptions = {}): Uint8Array {
  return new Conversion(graph, options).run();
}

/** Names made here begin with '/', with which no node of a graph can begin. */
class Conversion {
  private readonly model = new OnnxModel();
  private readonly shapes = new Map<string, Shape>();
  private readonly chains: ReadonlyMap<string, ConvolutionChain>;
  private readonly eightBits: QuantisedValues;
  private readonly outputs: readonly string[];
  private readonly pixels: Normalisation | undefined;

  constructor(
    private readonly graph: Graph,
    { ranges = new Map(), outputs = [], pixels }: OnnxOptions,
  ) {
    this.pixels = pixels;
    this.chains = convolutionChains(graph);
    this.eightBits = new QuantisedValues(this.model, ranges);
    this.outputs = outputs;
  }

  run(): Uint8Array {
    const { graph } = this;
    for (const node of graph.nodes) {
      if (node.shape === undefined) throw this.unsupported(node);
      this.shapes.set(node.name, node.shape);
      this.convert(node, node.shape);
    }
    const input = {
      name: '/input',
      shape: this.shapeOf(graph.input),
      type: this.pixels ? ('uint8' as const) : ('float32' as const),
    };
    const outputs = [graph.output, ...this.outputs].map((name) => {
      const shape = this.shapeOf(name);
      return {
        name: this.eightBits.nameOf(name),
        shape: shape.length === 4 ? toChannelsFirst.map((axis) => shape[axis] ?? 0) : shape,
      };
    });
    return this.model.encode('network', [input], outputs);
  }

  private convert(node: GraphNode, shape: Shape): void {
    const { model, eightBits } = this;
    const { name, operation } = node;
    const [first = '', second = ''] = node.inputs.map((input) => eightBits.nameOf(input));
    switch (operation.kind) {
      case 'input':
        this.input(name);
        break;
      case 'convolution':
      case 'biasAdd':
      case 'relu':
      case 'relu6':
        this.link(node, shape);
        break;
      case 'add':
      case 'subtract':
      case 'multiply': {
        const operands = [first, second].map((input) =>
          this.graph.constants.has(input) ? this.spread(name, input, shape) : input,
        );
        model.node(elementwise[operation.kind], operands, name);
        this.quantise(name, name);
        break;
      }
      case 'pool':
        this.pool(node, operation);
        break;
      case 'leakyRelu':
        model.node('LeakyRelu', [first], name, { alpha: { float: operation.slope } });
        break;
      case 'sigmoid':
      case 'tanh':
      case 'identity':
        model.node(plain[operation.kind], [first], name);
        break;
      case 'softmax':
        model.node('Softmax', [first], name, { axis: shape.length === 4 ? 1 : shape.length - 1 });
        break;
      case 'mean':
        this.mean(node, operation, shape);
        break;
      case 'concatenate': {
        const axis = axisOf(operation.axis, shape);
        const inputs = node.inputs.map((input) => eightBits.nameOf(input));
        model.node('Concat', inputs, name, {
          axis: shape.length === 4 ? toChannelsFirst.indexOf(axis) : axis,
        });
        this.quantise(name, name);
        break;
      }
      case 'reshape': {
        const to = model.integers(`/${name}/shape`, operation.to);
        this.leave(name, shape, (output) => model.node('Reshape', [this.channelsLast(node), to], output));
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
        this.quantise(name, name);
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

  /** The pictures, channels first. */
  private input(name: string): void {
    const { eightBits, pixels } = this;
    const transpose = (from: string, to: string): string =>
      this.model.node('Transpose', [from], to, { perm: toChannelsFirst });
    if (eightBits.has(name)) {
      const ready = pixels && eightBits.isNormalisation(name, pixels);
      const integers = ready ? '/input' : eightBits.quantise(name, this.normalised());
      eightBits.dequantise(name, transpose(integers, `/${name}/transposed`));
    } else transpose(this.normalised(), name);
  }

  /** The name of the normalised input, channels last. */
  private normalised(): string {
    const { model, pixels } = this;
    if (pixels === undefined) return '/input';
    const floats = model.node('Cast', ['/input'], '/input/floats', { to: float32 });
    const mean = model.floats('/input/mean', [], Float32Array.of(pixels.mean));
    const deviation = model.floats('/input/deviation', [], Float32Array.of(pixels.deviation));
    const centred = model.node('Sub', [floats, mean], '/input/centred');
    return model.node('Div', [centred, deviation], '/input/normalised');
  }

  /** One node of a chain: the convolution is written together with its bias, a rectifier of eight bits not at all. */
  private link(node: GraphNode, shape: Shape): void {
    const { name, operation, inputs } = node;
    const chain = this.chains.get(name);
    const linear = (chain?.bias ?? chain?.convolution)?.name;
    const [first = '', second = ''] = inputs;
    const source = this.eightBits.nameOf(first);
    if (chain !== undefined && name === linear) this.convolution(chain, name);
    else if (operation.kind === 'biasAdd')
      this.model.node('Add', [source, this.spread(name, second, shape)], name);
    else if (operation.kind === 'relu' && !this.eightBits.has(name)) this.model.node('Relu', [source], name);
    else if (operation.kind === 'relu6' && !this.eightBits.has(name)) this.clip(name, source);
    // A rectifier on its own is the ends of its range, too.
    const rectified = chain === undefined && operation.kind !== 'biasAdd' ? source : name;
    this.quantise(name, linear ?? rectified);
  }

  /** Rounds the values `source` of `node` where that has eight bits. */
  private quantise(node: string, source: string): void {
    if (this.eightBits.has(node)) this.eightBits.dequantise(node, this.eightBits.quantise(node, source));
  }

  private convolution({ convolution: node, bias: biasAdd, end }: ConvolutionChain, output: string): void {
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
    const { shape: order, values: filter } = permute(values, shape, depthwise ? [2, 3, 0, 1] : [3, 2, 0, 1]);
    const [a = 0, b = 0] = order;
    const dims = depthwise ? [a * b, 1, kernelHeight, kernelWidth] : order;
    const bias = biasAdd && this.floats(biasAdd.inputs[1] ?? '').values;
    const kind = depthwise ? 'depthwise' : kernelHeight * kernelWidth === 1 ? 'pointwise' : 'other';
    const parameters = this.eightBits.has(end)
      ? this.eightBits.convolution(node.name, picture, {
          dims,
          filter,
          bias,
          bounds: weightBounds[kind],
        })
      : [
          this.model.floats(`/${node.name}/filter`, dims, filter),
          ...(bias ? [this.model.floats(`/${node.name}/bias`, [bias.length], bias)] : []),
        ];
    this.model.node('Conv', [this.eightBits.nameOf(picture), ...parameters], output, {
      kernel_shape: [kernelHeight, kernelWidth],
      strides,
      dilations,
      group: depthwise ? channels : 1,
      pads: [rows.before, columns.before, rows.after, columns.after],
    });
  }

  private pool(node: GraphNode, { of, size, strides, padding }: Extract<Operation, { kind: 'pool' }>): void {
    const { name, inputs } = node;
    const [picture = ''] = inputs;
    const [, height = 0, width = 0] = this.shapeOf(picture);
    const rows = window(height, size[0], strides[0], 1, padding);
    const columns = window(width, size[1], strides[1], 1, padding);
    this.model.node(of === 'largest' ? 'MaxPool' : 'AveragePool', [this.eightBits.nameOf(picture)], name, {
      kernel_shape: size,
      strides,
      pads: [rows.before, columns.before, rows.after, columns.after],
    });
    this.quantise(name, name);
  }

  private clip(name: string, input: string): void {
    const least = this.model.floats(`/${name}/least`, [], Float32Array.of(0));
    const most = this.model.floats(`/${name}/most`, [], Float32Array.of(6));
    this.model.node('Clip', [input, least, most], name);
  }

  private mean(
    node: GraphNode,
    { axes: given, keepDimensions: keep }: { axes: readonly number[]; keepDimensions: boolean },
    shape: Shape,
  ): void {
    const { name, inputs } = node;
    const [input = ''] = inputs;
    const before = this.shapeOf(input);
    const axes = [...new Set(given.map((axis) => axisOf(axis, before)))].sort();
    if (before.length === 4 && String(axes) === '1,2') {
      const source = this.eightBits.nameOf(input);
      const pooled = this.model.node('GlobalAveragePool', [source], keep ? name : `/${name}/pooled`);
      if (!keep) this.model.node('Flatten', [pooled], name);
      return;
    }
    const keepdims = keep ? 1 : 0;
    this.leave(name, shape, (output) =>
      this.model.node('ReduceMean', [this.channelsLast(node)], output, { axes, keepdims }),
    );
  }

  /** The name of the values that go into `node`, with channels last again, where they are a picture. */
  private channelsLast({ name, inputs: [input = ''] }: GraphNode): string {
    const source = this.eightBits.nameOf(input);
    if (this.shapeOf(input).length !== 4) return source;
    return this.model.node('Transpose', [source], `/${name}/in`, { perm: toChannelsLast });
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
