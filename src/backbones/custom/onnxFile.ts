import { onnx } from 'onnx-proto';
import { RetrainError } from '../../base';
import { inputSize, type InputSize } from './input';
import { damageOf, readNetworkFile } from './readModelJson';

export const maxOnnxBytes = 2 ** 29;

/** An ONNX model somebody brought, checked as far as it is read here: onnxruntime checks the rest. */
export interface OnnxFile {
  readonly path: string;
  readonly graph: onnx.IGraphProto;
  readonly opsets: readonly onnx.IOperatorSetIdProto[];
  readonly irVersion: number;
  /** Name of the input that takes pictures. */
  readonly input: string;
  readonly layout: 'channelsFirst' | 'channelsLast';
  readonly half: boolean;
  readonly size: InputSize;
}

const { DataType } = onnx.TensorProto;

/**
 * Reads an ONNX file with one input of colour pictures, in float32 or float16. Weights in other files are refused:
 * a model may name any file of this machine.
 * @param asked the picture's size, where the person says it
 * @throws FILE_UNREADABLE, NETWORK_DAMAGED, BACKBONE_INPUT, BACKBONE_INPUT_OPEN
 */
export async function readOnnx(file: string, asked: InputSize | undefined): Promise<OnnxFile> {
  const bytes = await readNetworkFile(file, maxOnnxBytes);
  const damaged = damageOf(file);
  let model: onnx.ModelProto;
  try {
    model = decodeOnnx(bytes);
  } catch (error) {
    throw damaged(`it is no ONNX model: ${error instanceof Error ? error.message : String(error)}`);
  }
  const { graph } = model;
  if (!graph?.node?.length) throw damaged('it holds no network');
  checkGraph(graph, damaged, 0);
  const version = Number(
    model.opsetImport.find(({ domain }) => !domain || domain === 'ai.onnx')?.version ?? 0,
  );
  if (version < leastOpset)
    throw damaged(`its operators are of version ${version}; ${leastOpset} is the first that is known`);
  const constants = new Set(graph.initializer?.map(({ name }) => name));
  const inputs = (graph.input ?? []).filter(({ name }) => !constants.has(name));
  const [input, ...others] = inputs;
  const refuse = (reason: string): RetrainError => new RetrainError('BACKBONE_INPUT', { path: file, reason });
  if (input === undefined || !input.name || others.length > 0)
    throw refuse(`it has ${inputs.length} inputs where one belongs`);
  const type = input.type?.tensorType;
  if (type?.elemType !== DataType.FLOAT && type?.elemType !== DataType.FLOAT16)
    throw refuse('its input takes no real numbers');
  const dims = (type.shape?.dim ?? []).map(({ dimValue }) => (dimValue ? Number(dimValue) : undefined));
  if (dims.length !== 4) throw refuse(`its input has ${dims.length} dimensions where 4 belong`);
  const [, second, third, fourth] = dims;
  const channelsFirst = second === 3;
  if (!channelsFirst && fourth !== 3) throw refuse('its input does not take 3 channels');
  const said = channelsFirst ? [third, fourth, 3] : [second, third, 3];
  return {
    path: file,
    graph,
    opsets: model.opsetImport,
    irVersion: Number(model.irVersion),
    input: input.name,
    layout: channelsFirst ? 'channelsFirst' : 'channelsLast',
    half: type.elemType === DataType.FLOAT16,
    size: inputSize(file, asked, said),
  };
}

/** The bytes as a model; throws where they are none. */
export function decodeOnnx({ buffer, byteOffset, byteLength }: Uint8Array): onnx.ModelProto {
  // Of a Buffer protobufjs makes others in a way that Node.js warns of on standard error.
  return onnx.ModelProto.decode(new Uint8Array(buffer, byteOffset, byteLength));
}

/** Broadcasting as we write it. */
const leastOpset = 7;
const maxDepth = 20;

/** Refuses data outside the file, here and in the graphs of its loops and branches. */
function checkGraph(graph: onnx.IGraphProto, damaged: (reason: string) => Error, depth: number): void {
  if (depth > maxDepth) throw damaged('it is nested too deep');
  const check = (tensor: onnx.ITensorProto | null | undefined): void => {
    if (tensor?.externalData?.length || tensor?.dataLocation === onnx.TensorProto.DataLocation.EXTERNAL)
      throw damaged('its weights are in another file; save it as one file');
  };
  for (const tensor of graph.initializer ?? []) check(tensor);
  for (const sparse of graph.sparseInitializer ?? []) {
    check(sparse.values);
    check(sparse.indices);
  }
  for (const { attribute } of graph.node ?? [])
    for (const { t, tensors, g, graphs, sparseTensor } of attribute ?? []) {
      for (const tensor of [t, ...(tensors ?? []), sparseTensor?.values, sparseTensor?.indices])
        check(tensor);
      for (const inner of [g, ...(graphs ?? [])]) if (inner) checkGraph(inner, damaged, depth + 1);
    }
}

/** What a node uses, in the graphs of its branches, too. */
export function usedBy({ input, attribute }: onnx.INodeProto): string[] {
  const within = (attribute ?? []).flatMap(({ g, graphs }) =>
    [g, ...(graphs ?? [])].flatMap((graph) => graph?.node?.flatMap(usedBy) ?? []),
  );
  return [...(input ?? []), ...within];
}

/** What the nodes compute, in their order. */
export function onnxValues({ graph }: OnnxFile): string[] {
  return (graph.node ?? []).flatMap(({ output }) => (output ?? []).filter((name) => name !== ''));
}

/** What of the graph `outputs` need. */
export function pruneOnnx(graph: onnx.IGraphProto, outputs: readonly string[]): onnx.IGraphProto {
  const needed = new Set(outputs);
  const node = [...(graph.node ?? [])]
    .reverse()
    .filter((candidate) => {
      if (!candidate.output?.some((name) => needed.has(name))) return false;
      for (const name of usedBy(candidate)) needed.add(name);
      return true;
    })
    .reverse();
  const initializer = graph.initializer?.filter(({ name }) => needed.has(name ?? '')) ?? [];
  const sparseInitializer =
    graph.sparseInitializer?.filter(({ values }) => needed.has(values?.name ?? '')) ?? [];
  return { ...graph, node, initializer, sparseInitializer };
}
