import { onnx } from 'onnx-proto';
import {
  quantiseActivation,
  quantiseConvolution,
  weightBounds,
  type Range,
  type WeightBounds,
} from '../quantisation';
import { permute } from '../permute';
import type { ActivationRanges } from '../ranges';
import { pruneOnnx } from './onnxFile';
import { integerOf, isPlain, realOf, type OnnxFloats, type OnnxNode } from './onnxNodes';
import { channelsDomain, integerOpset, opsetsWith } from './onnxOpset';
import { planOnnx, type OnnxPlan } from './onnxPlan';

const { UINT8, INT8, INT32, FLOAT } = onnx.TensorProto.DataType;
const { INT } = onnx.AttributeProto.AttributeType;

/** No name of a network of PyTorch or TensorFlow begins so. */
const prefix = '/retrain-classifier/eight-bits/';
/** Behind the name of a value: before its rounding, its integers, and rounded for its kernels alone. */
const real = `${prefix}real`;
const integers = `${prefix}integers`;
const forKernels = `${prefix}rounded`;

/** The values of an ONNX model that take a range where it has eight bits, in its order, and what can be in it. */
export function onnxRangeLimits(model: Uint8Array): ReadonlyMap<string, Range> {
  return planOnnx(model).limits;
}

/** Why nothing of an ONNX model can have eight bits, where that is so. */
export function whyNotQuantised(model: Uint8Array): string | undefined {
  const { kernels, opset } = planOnnx(model);
  if (kernels.size === 0)
    return 'it has no convolution and no matrix product whose weights are float32 constants';
  if (opset < integerOpset)
    return `its operators are of version ${opset}, and integers begin with version ${integerOpset}; export it again with a later one`;
  return undefined;
}

/** An ONNX model with everything an output that takes a range, to see what that is. */
export function observableOnnx(bytes: Uint8Array): {
  readonly model: Uint8Array;
  readonly values: readonly string[];
  /** Those of them that are the pixels up to a factor and an offset: a black and a white picture have their ends. */
  readonly pixels: ReadonlySet<string>;
} {
  const { model, graph, limits, pixels } = planOnnx(bytes);
  const values = [...limits.keys()];
  const output = [...(graph.output ?? []), ...values.map((name) => ({ name }))];
  return {
    model: onnx.ModelProto.encode({ ...model, graph: { ...graph, output } }).finish(),
    values,
    pixels,
  };
}

/**
 * An ONNX model with eight bits, in the QDQ form (QuantizeLinear and DequantizeLinear around each operation), by the
 * same rule as a graph of TF.js.
 * @param ranges of the values that `onnxRangeLimits` names
 */
export function quantiseOnnx(model: Uint8Array, ranges: ActivationRanges): Uint8Array {
  return new Rewriting(planOnnx(model), ranges).run();
}

class Rewriting {
  private readonly nodes: OnnxNode[] = [];
  private readonly constants: onnx.ITensorProto[] = [];
  private readonly written = new Map<string, readonly [scale: string, zeroPoint: string]>();
  private readonly domain: string;

  constructor(
    private readonly plan: OnnxPlan,
    private readonly ranges: ActivationRanges,
  ) {
    this.domain = channelsDomain(plan.opset);
  }

  run(): Uint8Array {
    const { model, opset, graph, rectifiers } = this.plan;
    for (const [i, node] of (graph.node ?? []).entries())
      if (!rectifiers.has(node)) this.rewrite(node, `${prefix}${i}`);
    const initializer = [...(graph.initializer ?? []), ...this.constants];
    const outputs = graph.output?.map(({ name }) => name ?? '') ?? [];
    return onnx.ModelProto.encode({
      ...model,
      opsetImport: opsetsWith(model, opset),
      graph: pruneOnnx({ ...graph, node: this.nodes, initializer }, outputs),
    }).finish();
  }

  /** `at` begins the names of its own constants. */
  private rewrite(node: OnnxNode, at: string): void {
    const { kernels, rounded, ends } = this.plan;
    const [first = '', ...others] = node.input ?? [];
    const made = (node.output ?? []).map((name, i) => (i === 0 ? (ends.get(node) ?? name) : name));
    // What all that follows sees has the old name.
    const output = made.map((name) => (this.isRounded(name) ? `${name}${real}` : name));
    if (isPlain(node, 'Pad') && this.isRounded(made[0])) {
      this.pad(node, made[0] ?? '');
      return;
    }
    if (kernels.has(node)) this.nodes.push({ ...node, input: this.kernelInputs(node, at), output });
    else if (isPlain(node, 'HardSigmoid') && this.isRounded(made[0])) this.hardSigmoid(node, at, output);
    else if (isPlain(node, 'Shape') && this.isRounded(first))
      this.nodes.push({ ...node, input: [`${first}${integers}`, ...others] });
    else this.nodes.push({ ...node, output });
    for (const name of made)
      if (this.isRounded(name)) this.round(name, `${name}${real}`, name);
      else if (rounded.has(name)) this.round(name, name, `${name}${forKernels}`);
  }

  /** Whether all that follows sees it rounded. */
  private isRounded(name = ''): boolean {
    return this.plan.rounded.get(name)?.everywhere === true;
  }

  /** Of integers: onnxruntime makes no such operator of a Pad of real numbers. */
  private pad(node: OnnxNode, name: string): void {
    const [input = '', sizes = '', , ...axes] = node.input ?? [];
    const [scale, zeroPoint] = this.scaleOf(this.originOf(name));
    const output = `${name}${integers}`;
    this.nodes.push({ ...node, input: [`${input}${integers}`, sizes, zeroPoint, ...axes], output: [output] });
    this.push('DequantizeLinear', [output, scale, zeroPoint], name);
  }

  /**
   * alpha x + beta, stopped at 0 and 1 by the rounding: a sum, which onnxruntime computes in integers. alpha x are the
   * integers of x with another scale.
   */
  private hardSigmoid(node: OnnxNode, at: string, output: string[]): void {
    const [input = ''] = node.input ?? [];
    const origin = this.originOf(input);
    const scale = Math.fround(this.rangeOf(origin).scale * realOf(node, 'alpha', 0.2));
    const [, zeroPoint] = this.scaleOf(origin);
    const beta = realOf(node, 'beta', 0.5);
    const end = quantiseActivation({ least: beta, most: beta });
    const product = [
      `${input}${integers}`,
      this.constant(`${at}/scale`, FLOAT, [], Float32Array.of(scale)),
      zeroPoint,
    ];
    const offset = [
      this.constant(`${at}/beta`, UINT8, [], Uint8Array.of(beta > 0 ? 255 : 0)),
      this.constant(`${at}/beta/scale`, FLOAT, [], Float32Array.of(end.scale)),
      this.constant(`${at}/beta/zero`, UINT8, [], Uint8Array.of(end.zeroPoint)),
    ];
    const terms = [
      this.push('DequantizeLinear', product, `${at}/product`),
      this.push('DequantizeLinear', offset, `${at}/offset`),
    ];
    this.nodes.push({ opType: 'Add', input: terms, output });
  }

  /** Has `to` be the real numbers `from`, rounded as those of `name` are. */
  private round(name: string, from: string, to: string): void {
    const [scale, zeroPoint] = this.scaleOf(this.originOf(name));
    const output = `${name}${integers}`;
    this.push('QuantizeLinear', [from, scale, zeroPoint], output);
    this.push('DequantizeLinear', [output, scale, zeroPoint], to);
  }

  /** The inputs of a convolution or a product, as float32 values of few bits; `at` begins the names of its constants. */
  private kernelInputs(node: OnnxNode, at: string): string[] {
    const { values, rounded } = this.plan;
    const [input = '', weights, second = ''] = node.input ?? [];
    const filter = values.floats(weights);
    const source = rounded.get(input);
    if (filter === undefined || source === undefined) throw new TypeError(`${input} is not rounded`);
    const bias = values.floats(second)?.values;
    const axis = isPlain(node, 'Conv') || integerOf(node, 'transB', 0) === 1 ? 0 : 1;
    // Channel by channel.
    const { shape, values: ordered } =
      axis === 0
        ? { shape: filter.dims, values: filter.values }
        : permute(filter.values, filter.dims, [1, 0]);
    const [channels = 0, inner = 0] = shape;
    const { scale: inputScale } = this.rangeOf(source.origin);
    const made = quantiseConvolution(ordered, bias, { channels, bounds: boundsOf(node, filter), inputScale });
    const stored = axis === 0 ? made.filter : transposed(made.filter, channels, inner);
    const inputs = [
      source.everywhere ? input : `${input}${forKernels}`,
      this.push(
        'DequantizeLinear',
        [
          this.constant(`${at}/integers`, INT8, filter.dims, stored),
          this.constant(`${at}/scales`, FLOAT, [channels], made.filterScales),
          this.constant(`${at}/zeros`, INT8, [channels], new Int8Array(channels)),
        ],
        `${at}/weights`,
        axis,
      ),
    ];
    if (made.bias === undefined) return inputs;
    const bias32 = [
      this.constant(`${at}/bias/integers`, INT32, [channels], made.bias),
      this.constant(`${at}/bias/scales`, FLOAT, [channels], made.biasScales),
    ];
    return [...inputs, this.push('DequantizeLinear', bias32, `${at}/bias`, 0)];
  }

  /** The names of scale and zero point, written once. */
  private scaleOf(name: string): readonly [scale: string, zeroPoint: string] {
    const known = this.written.get(name);
    if (known !== undefined) return known;
    const { scale, zeroPoint } = this.rangeOf(name);
    const names = [
      this.constant(`${name}${prefix}scale`, FLOAT, [], Float32Array.of(scale)),
      this.constant(`${name}${prefix}zero`, UINT8, [], Uint8Array.of(zeroPoint)),
    ] as const;
    this.written.set(name, names);
    return names;
  }

  private originOf(name: string): string {
    return this.plan.rounded.get(name)?.origin ?? name;
  }

  private rangeOf(name: string): { readonly scale: number; readonly zeroPoint: number } {
    const range = this.ranges.get(name);
    if (range === undefined) throw new TypeError(`${name} has no range`);
    return quantiseActivation(range);
  }

  private push(opType: string, input: string[], output: string, axis?: number): string {
    const attribute = axis === undefined ? [] : [{ name: 'axis', type: INT, i: axis }];
    this.nodes.push({ opType, domain: this.domain, input, output: [output], attribute });
    return output;
  }

  private constant(
    name: string,
    dataType: number,
    dims: readonly number[],
    data: Float32Array | Uint8Array | Int8Array | Int32Array,
  ): string {
    const rawData = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    this.constants.push({ name, dims: [...dims], dataType, rawData });
    return name;
  }
}

/** By which of its inputs a convolution or a product sums up next to each other. */
function boundsOf(node: OnnxNode, { dims }: OnnxFloats): WeightBounds {
  if (!isPlain(node, 'Conv')) return weightBounds.pointwise;
  const [channels, inner, height = 0, width = 0] = dims;
  // One filter for each channel, and no more: any other group is a product of matrices.
  if (inner === 1 && channels === integerOf(node, 'group', 1)) return weightBounds.depthwise;
  return height * width === 1 ? weightBounds.pointwise : weightBounds.other;
}

function transposed(values: Int8Array, rows: number, columns: number): Int8Array {
  const turned = new Int8Array(values.length);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      turned[column * rows + row] = values[row * columns + column] ?? 0;
  return turned;
}
