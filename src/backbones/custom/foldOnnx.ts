import { onnx } from 'onnx-proto';
import { pruneOnnx } from './onnxFile';
import {
  integerOf,
  integersOf,
  isPlain,
  OnnxValues,
  realOf,
  textOf,
  type OnnxFloats,
  type OnnxNode,
} from './onnxNodes';

const { FLOAT } = onnx.TensorProto.DataType;
const { INTS } = onnx.AttributeProto.AttributeType;

/** No name of a network of PyTorch or TensorFlow begins so. */
const prefix = '/retrain-classifier/folded/';

/**
 * The same network with what follows a convolution and is linear in its values (batch normalisation, additions and
 * products with constants) folded into filter and bias, computed in 64 bits and rounded once, and with the zeros that
 * a Pad puts around a picture among those of the convolution. What comes out of such a chain keeps its name.
 * A HardSwish becomes the two operators it is made of.
 */
export function foldOnnx(graph: onnx.IGraphProto): onnx.IGraphProto {
  const values = new OnnxValues(graph);
  const initializer = [...(graph.initializer ?? [])];
  const inside = new Set<OnnxNode>();
  const node = (graph.node ?? []).flatMap((each, i) => {
    if (inside.has(each)) return [];
    const padded = isPlain(each, 'Conv') ? withPadding(each, values) : each;
    const chain = LinearChain.from(padded, values);
    if (chain === undefined) return takenApart(padded, `${prefix}${i}/hard-sigmoid`);
    let [last = ''] = padded.output ?? [];
    for (;;) {
      const next = values.onlyUser(last);
      if (next === undefined || !chain.take(next, last)) break;
      inside.add(next);
      [last = ''] = next.output ?? [];
    }
    if (last === padded.output?.[0]) return [padded];
    const [filter, bias] = chain.tensors(`${prefix}${i}`);
    initializer.push(filter, bias);
    return [{ ...padded, input: [padded.input?.[0] ?? '', filter.name, bias.name], output: [last] }];
  });
  const outputs = graph.output?.map(({ name }) => name ?? '') ?? [];
  return pruneOnnx({ ...graph, node, initializer }, outputs);
}

/** A convolution and the factor and offset of each of its channels. */
class LinearChain {
  private readonly factors: Float64Array;
  private readonly offsets: Float64Array;

  private constructor(
    private readonly filter: OnnxFloats,
    bias: OnnxFloats | undefined,
    private readonly values: OnnxValues,
  ) {
    const [channels = 0] = filter.dims;
    this.factors = new Float64Array(channels).fill(1);
    this.offsets = bias ? Float64Array.from(bias.values) : new Float64Array(channels);
  }

  /** Of a convolution over pictures whose filter is constant. */
  static from(node: OnnxNode, values: OnnxValues): LinearChain | undefined {
    if (!isPlain(node, 'Conv')) return undefined;
    const [, weights, second = ''] = node.input ?? [];
    const filter = values.floats(weights);
    const bias = values.floats(second);
    if (filter?.dims.length !== 4 || (second !== '' && bias?.values.length !== filter.dims[0]))
      return undefined;
    return new LinearChain(filter, bias, values);
  }

  /** Takes in a node, whose input is the chain so far: false where it is not linear, or varies over a picture. */
  take(node: OnnxNode, sofar: string): boolean {
    if (isPlain(node, 'BatchNormalization')) return this.normalise(node, sofar);
    if (!isPlain(node, 'Add', 'Sub', 'Mul', 'Div')) return false;
    const [first, second] = node.input ?? [];
    const isFirst = first === sofar;
    if (!isFirst && isPlain(node, 'Sub', 'Div')) return false;
    const each = this.perChannel(this.values.floats(isFirst ? second : first));
    if (each === undefined) return false;
    if (node.opType === 'Add') this.apply(() => 1, each);
    else if (node.opType === 'Sub')
      this.apply(
        () => 1,
        (i) => -each(i),
      );
    else if (node.opType === 'Mul') this.apply(each, () => 0);
    else
      this.apply(
        (i) => 1 / each(i),
        () => 0,
      );
    return true;
  }

  /** Filter and bias, folded. */
  tensors(name: string): [filter: onnx.TensorProto, bias: onnx.TensorProto] {
    const { dims, values } = this.filter;
    const size = values.length / this.factors.length;
    const filter = values.map((value, i) => value * (this.factors[Math.floor(i / size)] ?? 1));
    const made = (what: string, shape: readonly number[], data: Float32Array): onnx.TensorProto =>
      onnx.TensorProto.create({
        name: `${name}/${what}`,
        dims: [...shape],
        dataType: FLOAT,
        rawData: new Uint8Array(data.buffer),
      });
    return [
      made('filter', dims, filter),
      made('bias', [this.offsets.length], Float32Array.from(this.offsets)),
    ];
  }

  private normalise(node: OnnxNode, sofar: string): boolean {
    const [input, ...names] = node.input ?? [];
    const [gamma, beta, mean, variance] = names.map((name) => this.values.floats(name)?.values);
    const channels = this.factors.length;
    // Statistics of the batch itself, or for each place of a picture, are another operation.
    const isFixed = integerOf(node, 'training_mode', 0) === 0 && integerOf(node, 'spatial', 1) === 1;
    if (input !== sofar || !isFixed || !gamma || !beta || !mean || !variance) return false;
    if ([gamma, beta, mean, variance].some(({ length }) => length !== channels)) return false;
    const epsilon = realOf(node, 'epsilon', 1e-5);
    const factor = (i: number): number => (gamma[i] ?? 1) / Math.sqrt((variance[i] ?? 1) + epsilon);
    this.apply(factor, (i) => (beta[i] ?? 0) - (mean[i] ?? 0) * factor(i));
    return true;
  }

  private apply(factor: (channel: number) => number, offset: (channel: number) => number): void {
    for (let i = 0; i < this.factors.length; i++) {
      this.factors[i] = (this.factors[i] ?? 0) * factor(i);
      this.offsets[i] = (this.offsets[i] ?? 0) * factor(i) + offset(i);
    }
  }

  /** A constant that is the same all over a picture [n, c, h, w]. */
  private perChannel(constant: OnnxFloats | undefined): ((channel: number) => number) | undefined {
    if (constant === undefined || constant.dims.length > 4) return undefined;
    const { dims, values } = constant;
    const [first = 0] = values;
    if (values.length === 1) return () => first;
    const isSpread = dims.at(-3) === this.factors.length && values.length === this.factors.length;
    return isSpread ? (channel) => values[channel] ?? 0 : undefined;
  }
}

/** The convolution with the zeros of a Pad in front of it among its own. */
function withPadding(node: OnnxNode, values: OnnxValues): OnnxNode {
  const pad = values.maker(node.input?.[0] ?? '');
  const around = pad && zerosAround(pad, values);
  const own = integersOf(node, 'pads') ?? [0, 0, 0, 0];
  const auto = textOf(node, 'auto_pad', 'NOTSET');
  if (!around || own.length !== 4 || (auto !== 'NOTSET' && auto !== 'VALID')) return node;
  const kept = (node.attribute ?? []).filter(({ name }) => name !== 'pads' && name !== 'auto_pad');
  const ints = own.map((size, i) => size + (around[i] ?? 0));
  const [, ...others] = node.input ?? [];
  return {
    ...node,
    input: [pad.input?.[0] ?? '', ...others],
    attribute: [...kept, { name: 'pads', type: INTS, ints }],
  };
}

/** Of a Pad that puts nothing but zeros around a picture [n, c, h, w]: how many above, left, below and right. */
function zerosAround(node: OnnxNode, values: OnnxValues): number[] | undefined {
  const pads = integersOf(node, 'pads') ?? values.integers(node.input?.[1]);
  if (!padsWithZeros(node, values) || pads?.length !== 8 || node.input?.[3]) return undefined;
  const [n, c, top, left, n2, c2, bottom, right] = pads;
  const around = [top ?? 0, left ?? 0, bottom ?? 0, right ?? 0];
  const isAround = [n, c, n2, c2].every((size) => size === 0) && around.every((size) => size >= 0);
  return isAround ? around : undefined;
}

/** Whether it is a Pad that puts nothing but zeros around, wherever. */
export function padsWithZeros(node: OnnxNode, values: OnnxValues): boolean {
  if (!isPlain(node, 'Pad') || textOf(node, 'mode', 'constant') !== 'constant') return false;
  const filled = node.input?.[2] ?? '';
  return (filled === '' ? realOf(node, 'value', 0) : values.floats(filled)?.values[0]) === 0;
}

/** x HardSigmoid(x), which HardSwish is, by these two operators. */
function takenApart(node: OnnxNode, name: string): OnnxNode[] {
  if (!isPlain(node, 'HardSwish')) return [node];
  const { FLOAT: real } = onnx.AttributeProto.AttributeType;
  const attribute = [
    { name: 'alpha', type: real, f: 1 / 6 },
    { name: 'beta', type: real, f: 0.5 },
  ];
  const [input = ''] = node.input ?? [];
  return [
    { opType: 'HardSigmoid', input: [input], output: [name], attribute },
    { opType: 'Mul', input: [input, name], output: node.output ?? [] },
  ];
}
