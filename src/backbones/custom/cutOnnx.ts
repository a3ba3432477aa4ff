import { onnx } from 'onnx-proto';
import type { Shape } from '../graph';
import { checkCut, dimensionOf, maxDimension, type ChannelStatistics, type CutCandidate } from './cut';
import { onnxValues, pruneOnnx, type OnnxFile } from './onnxFile';

const { DataType } = onnx.TensorProto;
const { INT, INTS } = onnx.AttributeProto.AttributeType;

/** A value of a network as it was seen: its shape for one picture, the batch first, and whether it is float16. */
export interface SeenValue {
  readonly shape: Shape;
  readonly half: boolean;
}

/** The network with every value an output, and the pictures [1, height, width, 3] its input: to see their shapes. */
export function exposeOnnx(file: OnnxFile): Uint8Array {
  const front = frontOf(file, undefined);
  const names = onnxValues(file);
  return encode(
    file,
    { ...file.graph, node: [...front.nodes, ...(file.graph.node ?? [])] },
    front,
    names,
    true,
  );
}

/** Where the network can be cut: every value of real numbers that keeps the batch. */
export function onnxCandidates(file: OnnxFile, seen: ReadonlyMap<string, SeenValue>): CutCandidate[] {
  return onnxValues(file).flatMap((name) => {
    const shape = seen.get(name)?.shape;
    if (shape?.[0] !== 1 || shape.length < 2 || shape.length > 4) return [];
    const own =
      shape.length === 4 && isChannelsFirst(file, shape) ? [shape[2], shape[3], shape[1]] : shape.slice(1);
    const sizes = own.map((size) => size ?? 0);
    const dimension = dimensionOf(sizes);
    if (dimension < 1 || dimension > maxDimension) return [];
    return [{ name, shape: sizes, dimension }];
  });
}

/**
 * The network up to `cut`, as an ONNX model with the input [n, H, W, 3] and one output [n, D] in float32.
 * @throws BACKBONE_CUT_UNKNOWN
 */
export function cutOnnx(
  file: OnnxFile,
  cut: readonly string[],
  seen: ReadonlyMap<string, SeenValue>,
  channels: ChannelStatistics | undefined,
): Uint8Array {
  checkCut(file.path, cut, onnxCandidates(file, seen));
  const front = frontOf(file, channels);
  const nodes: onnx.INodeProto[] = [];
  const lists = cut.map((name, i) => {
    const value = seen.get(name);
    const shape = value?.shape ?? [];
    const at = (what: string): string => `${prefix}${i}/${what}`;
    let last = name;
    const then = (opType: string, what: string, attribute: onnx.IAttributeProto[]): void => {
      nodes.push({ opType, input: [last], output: [at(what)], attribute });
      last = at(what);
    };
    if (value?.half) then('Cast', 'float', [{ name: 'to', type: INT, i: DataType.FLOAT }]);
    if (shape.length === 2) return last;
    if (shape.length === 3) then('Transpose', 'transposed', [integers('perm', [0, 2, 1])]);
    else if (!isChannelsFirst(file, shape)) then('Transpose', 'transposed', [integers('perm', [0, 3, 1, 2])]);
    then('GlobalAveragePool', 'mean', []);
    then('Flatten', 'values', [{ name: 'axis', type: INT, i: 1 }]);
    return last;
  });
  const output = `${prefix}bottleneck`;
  nodes.push(
    lists.length === 1
      ? { opType: 'Identity', input: lists, output: [output] }
      : { opType: 'Concat', input: lists, output: [output], attribute: [{ name: 'axis', type: INT, i: 1 }] },
  );
  const pruned = pruneOnnx(file.graph, cut);
  const graph = { ...pruned, node: [...front.nodes, ...(pruned.node ?? []), ...nodes] };
  return encode(file, graph, front, [output], false);
}

/** No name of a network of PyTorch or TensorFlow begins so. */
const prefix = '/retrain-classifier/';

interface Front {
  readonly nodes: readonly onnx.INodeProto[];
  readonly constants: readonly onnx.ITensorProto[];
}

/** What makes of pictures [n, H, W, 3] in float32 what the network takes. */
function frontOf({ input, layout, half }: OnnxFile, channels: ChannelStatistics | undefined): Front {
  const steps: Omit<onnx.INodeProto, 'output'>[] = [];
  const constants: onnx.ITensorProto[] = [];
  const constant = (what: string, values: readonly number[]): string => {
    const name = `${prefix}${what}`;
    constants.push({ name, dims: [values.length], dataType: DataType.FLOAT, floatData: [...values] });
    return name;
  };
  if (channels !== undefined) {
    steps.push({ opType: 'Sub', input: [constant('mean', channels.mean)] });
    steps.push({ opType: 'Div', input: [constant('deviation', channels.deviation)] });
  }
  if (layout === 'channelsFirst')
    steps.push({ opType: 'Transpose', attribute: [integers('perm', [0, 3, 1, 2])] });
  if (half) steps.push({ opType: 'Cast', attribute: [{ name: 'to', type: INT, i: DataType.FLOAT16 }] });
  if (steps.length === 0) steps.push({ opType: 'Identity' });
  let last = `${prefix}pictures`;
  const nodes = steps.map((step, i): onnx.INodeProto => {
    const output = i === steps.length - 1 ? input : `${prefix}step${i}`;
    const node = { ...step, input: [last, ...(step.input ?? [])], output: [output] };
    last = output;
    return node;
  });
  return { nodes, constants };
}

/** Where it cannot be told by the sizes, as the input is. */
function isChannelsFirst({ layout }: OnnxFile, [, a, b, c]: Shape): boolean {
  if (b === c && a !== b) return true;
  if (a === b && b !== c) return false;
  return layout === 'channelsFirst';
}

function integers(name: string, values: readonly number[]): onnx.IAttributeProto {
  return { name, type: INTS, ints: [...values] };
}

function encode(
  { opsets, irVersion, graph: original, size }: OnnxFile,
  graph: onnx.IGraphProto,
  front: Front,
  outputs: readonly string[],
  untyped: boolean,
): Uint8Array {
  const { height, width } = size;
  const dim = [{ dimParam: 'n' }, { dimValue: height }, { dimValue: width }, { dimValue: 3 }];
  const pictures = { tensorType: { elemType: DataType.FLOAT, shape: { dim } } };
  return onnx.ModelProto.encode({
    irVersion,
    producerName: 'retrain-classifier',
    opsetImport: [...opsets],
    graph: {
      name: original.name ?? 'network',
      node: graph.node ?? [],
      initializer: [...front.constants, ...(graph.initializer ?? [])],
      sparseInitializer: graph.sparseInitializer ?? [],
      // What the file says of shapes holds for its own batch.
      input: [{ name: `${prefix}pictures`, type: pictures }],
      output: outputs.map((name) =>
        untyped ? { name } : { name, type: { tensorType: { elemType: DataType.FLOAT } } },
      ),
    },
  }).finish();
}
