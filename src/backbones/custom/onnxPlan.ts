import type { onnx } from 'onnx-proto';
import type { Range } from '../quantisation';
import { foldOnnx, padsWithZeros } from './foldOnnx';
import { decodeOnnx, usedBy } from './onnxFile';
import { opsetOf, raisedOpset } from './onnxOpset';
import { attributeOf, integerOf, isPlain, OnnxValues, realOf, type OnnxNode } from './onnxNodes';

/** How the values of a name have eight bits. */
export interface RoundedValue {
  /** The values whose range it has: its own, or what it is a selection of. */
  readonly origin: string;
  /**
   * Whether all that follows sees the rounded values. What is computed in float32 is rounded for the convolutions and
   * products behind it alone.
   */
  readonly everywhere: boolean;
}

/** What of an ONNX model is computed in integers. */
export interface OnnxPlan {
  readonly model: onnx.ModelProto;
  /** The version of ONNX's operators that it can be written in. */
  readonly opset: number;
  /** Folded: the names below are of this graph. */
  readonly graph: onnx.IGraphProto;
  readonly values: OnnxValues;
  /** Convolutions over pictures and products with a constant matrix. */
  readonly kernels: ReadonlySet<OnnxNode>;
  readonly rounded: ReadonlyMap<string, RoundedValue>;
  /** A node whose rectifier becomes the ends of a range: the name of what comes out behind that. */
  readonly ends: ReadonlyMap<OnnxNode, string>;
  readonly rectifiers: ReadonlySet<OnnxNode>;
  /** The values that take a range of their own, in the order of the network, and what can be in it. */
  readonly limits: ReadonlyMap<string, Range>;
  /** Those of them that are the pixels up to a factor and an offset: a black and a white picture have their ends. */
  readonly pixels: ReadonlySet<string>;
}

/** Of one input, what comes out are values of it, or zeros. */
const selections = ['MaxPool', 'Transpose', 'Reshape', 'Flatten', 'Squeeze', 'Unsqueeze', 'Identity'];
const splits = ['Split', 'Slice'];
/** Of values of eight bits onnxruntime computes these in integers. */
const computed = ['Mul', 'Concat', 'AveragePool', 'Sigmoid', 'LeakyRelu'];
const unlimited: Range = { least: -Infinity, most: Infinity };

/**
 * What of `model` is computed in integers where it has eight bits: convolutions whose filter is constant, with what
 * follows them without leaving integers (rectifiers, sums, pools, joining), and products with a constant matrix, which
 * give float32. All else stays in float32.
 * @throws where the bytes are no ONNX model
 */
export function planOnnx(bytes: Uint8Array): OnnxPlan {
  const model = decodeOnnx(bytes);
  const graph = foldOnnx(model.graph ?? {});
  const values = new OnnxValues(graph);
  const nodes = graph.node ?? [];
  const kernels = new Set(nodes.filter((node) => isKernel(node, values)));
  const needed = new Set([...kernels].map(({ input }) => input?.[0] ?? ''));
  const rounded = new Map<string, RoundedValue>();
  const ends = new Map<OnnxNode, string>();
  const rectifiers = new Set<OnnxNode>();
  const limits = new Map<string, Range>();
  const takes = (name: string, everywhere: boolean, range = unlimited): void => {
    rounded.set(name, { origin: name, everywhere });
    limits.set(name, range);
  };
  const isRounded = (name: string): boolean => rounded.get(name)?.everywhere === true;
  for (const node of nodes) {
    if (rectifiers.has(node)) continue;
    const inputs = node.input ?? [];
    const outputs = (node.output ?? []).filter((name) => name !== '');
    const [first = ''] = inputs;
    const [made = ''] = outputs;
    const all = inputs.every(isRounded);
    if ((kernels.has(node) && isPlain(node, 'Conv')) || (all && isPlain(node, 'Add'))) {
      const next = values.onlyUser(made);
      const range = next && rectified(next, values);
      const end = (range && next?.output?.[0]) || made;
      if (next && range) rectifiers.add(next);
      if (end !== made) ends.set(node, end);
      takes(end, true, range);
    } else if (all && isComputed(node)) takes(made, true);
    else if (isRounded(first) && isSelection(node, values))
      for (const name of outputs)
        rounded.set(name, { origin: rounded.get(first)?.origin ?? first, everywhere: true });
    else for (const name of outputs) if (needed.has(name)) takes(name, false);
  }
  const opset = raisedOpset(
    nodes.filter((node) => !rectifiers.has(node)),
    opsetOf(model),
  );
  return {
    model,
    opset,
    graph,
    values,
    kernels,
    rounded,
    ends,
    rectifiers,
    limits,
    pixels: pixelsOf(graph, values),
  };
}

/** Whether its weights, and the bias it may have, are finite constants of float32. */
function isKernel(node: OnnxNode, values: OnnxValues): boolean {
  const [input = '', weights, bias = ''] = node.input ?? [];
  const matrix = values.floats(weights);
  // The input itself is no kernel's: a model that is kept begins with a node of ours.
  if (matrix === undefined || values.isConstant(input) || !values.maker(input)) return false;
  const { dims } = matrix;
  if (!isPlain(node, 'Conv', 'MatMul', 'Gemm') || dims.length !== (isPlain(node, 'Conv') ? 4 : 2))
    return false;
  const isScaled = realOf(node, 'alpha', 1) !== 1 || realOf(node, 'beta', 1) !== 1;
  if (isPlain(node, 'Gemm') && (isScaled || integerOf(node, 'transA', 0) !== 0)) return false;
  const channels = isPlain(node, 'Conv') || integerOf(node, 'transB', 0) === 1 ? dims[0] : dims[1];
  const offsets = bias === '' ? undefined : values.floats(bias);
  if (bias !== '' && offsets?.values.length !== channels) return false;
  const constants = [matrix, ...(offsets ? [offsets] : [])];
  return constants.every((each) => each.values.length > 0 && each.values.every(Number.isFinite));
}

/** What can come out of a rectifier around zero; undefined where the node is none. */
function rectified(node: OnnxNode, values: OnnxValues): Range | undefined {
  if (isPlain(node, 'Relu')) return { least: 0, most: Infinity };
  if (!isPlain(node, 'Clip')) return undefined;
  const end = (at: number, name: 'min' | 'max', otherwise: number): number | undefined => {
    const given = node.input?.[at] ?? '';
    if (given === '') return attributeOf(node, name)?.f ?? otherwise;
    return values.floats(given)?.values[0];
  };
  const [least, most] = [end(1, 'min', -Infinity), end(2, 'max', Infinity)];
  if (least === undefined || most === undefined) return undefined;
  return least <= 0 && most >= 0 ? { least, most } : undefined;
}

/** A HardSigmoid is the ends of a range, too. */
function isComputed(node: OnnxNode): boolean {
  return isPlain(node, ...computed) || (isPlain(node, 'HardSigmoid') && realOf(node, 'alpha', 0.2) > 0);
}

/** Before opset 11 (no second input) a Pad that is left takes no integers. */
function isSelection(node: OnnxNode, values: OnnxValues): boolean {
  if (isPlain(node, ...splits)) return true;
  if (isPlain(node, 'Pad')) return padsWithZeros(node, values) && (node.input?.length ?? 0) > 1;
  return node.output?.length === 1 && isPlain(node, ...selections);
}

/** The input, and what is made of it by constants and in another order. */
function pixelsOf(graph: onnx.IGraphProto, values: OnnxValues): ReadonlySet<string> {
  const pixels = new Set((graph.input ?? []).map(({ name }) => name ?? ''));
  for (const node of graph.node ?? []) {
    const used = usedBy(node);
    const isLinear =
      isPlain(node, 'Transpose', 'Identity') ||
      (isPlain(node, 'Add', 'Sub', 'Mul') && used.some((name) => values.isConstant(name))) ||
      (isPlain(node, 'Div') && values.isConstant(node.input?.[1] ?? ''));
    if (isLinear && used.every((name) => pixels.has(name) || values.isConstant(name)))
      for (const name of node.output ?? []) pixels.add(name);
  }
  return pixels;
}
