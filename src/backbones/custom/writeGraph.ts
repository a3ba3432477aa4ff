import type { Constant, GraphNode, Operation, Pair } from '../graph';
import { NetworkBuilder, type ForeignNetwork } from './network';

/** The two files of a TF.js graph model. */
export interface GraphFiles {
  readonly 'model.json': Uint8Array;
  readonly 'weights.bin': Uint8Array;
}

interface FileNode {
  readonly name: string;
  readonly op: string;
  readonly input: readonly string[];
  readonly attr: Readonly<Record<string, object>>;
}

const float = { type: 'DT_FLOAT' };
const text = (s: string): object => ({ s: Buffer.from(s).toString('base64') });
const integers = (values: readonly number[]): object => ({ list: { i: values.map(String) } });
const spatial = ([height, width]: Pair): object => integers([1, height, width, 1]);

/** Writes a network as `readGraphModel` and TF.js read it; all its operations have to be known. */
export function writeGraph(network: ForeignNetwork): GraphFiles {
  const names = new NetworkBuilder((node, reason) => new TypeError(`${node}: ${reason}`));
  for (const { name } of network.nodes) names.name(name);
  for (const name of network.constants.keys()) names.name(name);
  const constants = new Map(network.constants);
  const parameter = (
    node: string,
    what: string,
    shape: readonly number[],
    values: readonly number[],
  ): string => {
    const name = names.name(`${node}/${what}`);
    constants.set(name, { kind: 'int32', shape, values: Int32Array.from(values) });
    return name;
  };
  const nodes = network.nodes.map((node) => fileNode(node, parameter));
  const consts = [...constants].map(([name, constant]) => constNode(name, constant));
  const weights = [...constants].map(([name, { kind, shape }]) => ({ name, shape: [...shape], dtype: kind }));
  const model = {
    format: 'graph-model',
    generatedBy: 'retrain-classifier',
    modelTopology: { node: [...nodes, ...consts], versions: { producer: 1882, minConsumer: 12 } },
    weightsManifest: [{ paths: ['weights.bin'], weights }],
  };
  const bytes = [...constants.values()].map(
    ({ values }) => new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
  );
  return { 'model.json': Buffer.from(JSON.stringify(model)), 'weights.bin': Buffer.concat(bytes) };
}

function constNode(name: string, { kind }: Constant): FileNode {
  const dtype = kind === 'int32' ? 'DT_INT32' : 'DT_FLOAT';
  return {
    name,
    op: 'Const',
    input: [],
    attr: { dtype: { type: dtype }, value: { tensor: { dtype, tensorShape: {} } } },
  };
}

type Parameter = (node: string, what: string, shape: readonly number[], values: readonly number[]) => string;

function fileNode({ name, operation, inputs }: GraphNode, parameter: Parameter): FileNode {
  const node = (op: string, attr: FileNode['attr'] = {}, ...more: string[]): FileNode => ({
    name,
    op,
    input: [...inputs, ...more],
    attr: { T: float, ...attr },
  });
  switch (operation.kind) {
    case 'input': {
      const dim = operation.shape.map((size) => ({ size: String(size) }));
      return { name, op: 'Placeholder', input: [], attr: { dtype: float, shape: { shape: { dim } } } };
    }
    case 'convolution':
      return node(operation.depthwise ? 'DepthwiseConv2dNative' : 'Conv2D', {
        data_format: text('NHWC'),
        padding: text(operation.padding),
        strides: spatial(operation.strides),
        dilations: spatial(operation.dilations),
      });
    case 'pool':
      return node(operation.of === 'largest' ? 'MaxPool' : 'AvgPool', {
        data_format: text('NHWC'),
        padding: text(operation.padding),
        ksize: spatial(operation.size),
        strides: spatial(operation.strides),
      });
    case 'biasAdd':
      return node('BiasAdd', { data_format: text('NHWC') });
    case 'leakyRelu':
      return node('LeakyRelu', { alpha: { f: operation.slope } });
    case 'mean': {
      const { axes, keepDimensions } = operation;
      return node('Mean', { keep_dims: { b: keepDimensions } }, parameter(name, 'axes', [axes.length], axes));
    }
    case 'concatenate':
      return node(
        'ConcatV2',
        { N: { i: String(inputs.length) } },
        parameter(name, 'axis', [], [operation.axis]),
      );
    case 'reshape':
      return node('Reshape', {}, parameter(name, 'shape', [operation.to.length], operation.to));
    case 'pad': {
      const pairs = operation.before.flatMap((before, i) => [before, operation.after[i] ?? 0]);
      return node('Pad', {}, parameter(name, 'paddings', [pairs.length / 2, 2], pairs));
    }
    case 'product':
      return node('MatMul', {
        transpose_a: { b: operation.transposeA },
        transpose_b: { b: operation.transposeB },
      });
    case 'other':
      throw new TypeError(`${operation.name} cannot be written`);
    default:
      return node(plain[operation.kind]);
  }
}

/** Operations without attributes, as TensorFlow calls them. */
const plain = {
  add: 'AddV2',
  subtract: 'Sub',
  multiply: 'Mul',
  relu: 'Relu',
  relu6: 'Relu6',
  sigmoid: 'Sigmoid',
  tanh: 'Tanh',
  softmax: 'Softmax',
  identity: 'Identity',
} as const satisfies Partial<Record<Operation['kind'], string>>;
