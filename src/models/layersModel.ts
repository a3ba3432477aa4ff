import { Untrusted } from '../base';
import type { Head, TrainedHead } from '../training';
import { damaged, mostClasses, runFiles } from './runFiles';

/** More bottleneck values than any backbone has, and the largest head that is read: 256 MB. */
const mostValues = 2 ** 17;
const mostHidden = 2 ** 16;
const mostBytes = 2 ** 28;

/** A head that is one or two dense layers. */
export type LayersHead = Exclude<TrainedHead, { kind: 'neighbours' }>;

export interface LayersModelShape {
  /** D */
  readonly dimension: number;
  /** Units of the hidden layer; null: there is none. */
  readonly hidden: number | null;
  /** C */
  readonly classes: number;
  /** A bare file name beside model.json. */
  readonly weightsFile: string;
}

/**
 * The head as model.json and weights.bin of a TensorFlow.js layers model (tf.loadLayersModel): a Sequential that
 * takes raw bottleneck values [n, D], of one Dense layer with softmax, before it one with ReLU where there is a
 * hidden one; weights in little-endian float32, layer by layer the kernel [inputs, outputs], then the bias [outputs].
 * @param name of the last layer, and so of the output
 */
export function writeLayersModel(trained: LayersHead, name = 'head'): { model: string; weights: Uint8Array } {
  const dense =
    trained.kind === 'linear'
      ? [denseOf(name, trained.head, 'softmax')]
      : [denseOf(`${name}_hidden`, trained.hidden, 'relu'), denseOf(name, trained.output, 'softmax')];
  const layers = dense.map(({ name, inputs, outputs, activation }, i) => ({
    class_name: 'Dense',
    config: {
      name,
      trainable: true,
      ...(i === 0 && { batch_input_shape: [null, inputs] }),
      dtype: 'float32',
      units: outputs,
      activation,
      use_bias: true,
      kernel_initializer: { class_name: 'Zeros', config: {} },
      bias_initializer: { class_name: 'Zeros', config: {} },
    },
  }));
  const model = {
    format: 'layers-model',
    generatedBy: 'Retrain Classifier',
    convertedBy: null,
    modelTopology: {
      keras_version: '2.15.0',
      backend: 'tensor_flow.js',
      model_config: { class_name: 'Sequential', config: { name: 'classifier', layers } },
    },
    weightsManifest: [
      {
        paths: [runFiles.weights],
        weights: dense.flatMap(({ name, inputs, outputs }) => [
          { name: `${name}/kernel`, shape: [inputs, outputs], dtype: 'float32' },
          { name: `${name}/bias`, shape: [outputs], dtype: 'float32' },
        ]),
      },
    ],
  };
  return {
    model: `${JSON.stringify(model, null, 2)}\n`,
    weights: floatBytes(dense.flatMap(({ head }) => [head.weights, head.bias])),
  };
}

function denseOf(name: string, head: Head, activation: 'relu' | 'softmax') {
  const outputs = head.bias.length;
  return { name, head, activation, inputs: head.weights.length / outputs, outputs };
}

/**
 * The shape of a model.json of ours; anything but one Dense layer with softmax, or one with ReLU before it, is refused.
 * @throws RUN_DAMAGED
 */
export function readLayersModel(text: string, file: string): LayersModelShape {
  const root = Untrusted.parse(text, (reason) => damaged(file, reason));
  root.field('format').is('layers-model');
  const config = root.field('modelTopology').field('model_config');
  config.field('class_name').is('Sequential');
  const list = config.field('config').field('layers');
  const layers = list.items(2);
  const [first, last] = [layers[0], layers.at(-1)];
  if (first === undefined || last === undefined) throw list.fail('one or two items were expected');
  const dimension = inputsOf(first);
  const hidden = first === last ? null : unitsOf(first, 'relu', mostHidden);
  const classes = unitsOf(last, 'softmax', mostClasses);

  const group = only(root.field('weightsManifest'));
  const weightsFile = only(group.field('paths')).matching(
    /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}$/,
    'a bare file name',
  );
  const shape = { dimension, hidden, classes, weightsFile };
  if (weightBytes(shape) > mostBytes) throw root.fail('its head is too large');
  const tensors = group.field('weights');
  const found = tensors.items(2 * layers.length);
  if (found.length !== 2 * layers.length) throw tensors.fail(`${2 * layers.length} items were expected`);
  matricesOf(shape).forEach(({ inputs, outputs }, i) => {
    const [kernel, bias] = found.slice(2 * i);
    kernel?.field('dtype').is('float32');
    bias?.field('dtype').is('float32');
    if (kernel) {
      const [rows, columns] = pair(kernel.field('shape'));
      rows.is(inputs);
      columns.is(outputs);
    }
    if (bias) only(bias.field('shape')).is(outputs);
  });
  return shape;
}

function inputsOf(layer: Untrusted): number {
  const [batch, values] = pair(layer.field('config').field('batch_input_shape'));
  batch.nullable((given) => {
    throw given.fail('null was expected');
  });
  return values.integer(1, mostValues);
}

function unitsOf(layer: Untrusted, activation: string, most: number): number {
  layer.field('class_name').is('Dense');
  const dense = layer.field('config');
  dense.field('activation').is(activation);
  dense.field('use_bias').is(true);
  return dense.field('units').integer(1, most);
}

/** Inputs and outputs of each layer. */
function matricesOf({
  dimension,
  hidden,
  classes,
}: Omit<LayersModelShape, 'weightsFile'>): { inputs: number; outputs: number }[] {
  return hidden === null
    ? [{ inputs: dimension, outputs: classes }]
    : [
        { inputs: dimension, outputs: hidden },
        { inputs: hidden, outputs: classes },
      ];
}

/** Bytes that the weights of this shape take. */
export function weightBytes(shape: Omit<LayersModelShape, 'weightsFile'>): number {
  return matricesOf(shape).reduce((sum, { inputs, outputs }) => sum + (inputs + 1) * outputs * 4, 0);
}

/** @throws RUN_DAMAGED where the size is another or a number is not finite */
export function readWeights(bytes: Buffer, shape: LayersModelShape, file: string): LayersHead {
  if (bytes.length !== weightBytes(shape))
    throw damaged(file, `it has ${bytes.length} bytes, not ${weightBytes(shape)}`);
  const values = new Float32Array(bytes.length / 4);
  for (let i = 0; i < values.length; i++) values[i] = bytes.readFloatLE(i * 4);
  const wrong = values.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) throw damaged(file, `weight ${wrong} is not a finite number`);
  let at = 0;
  const take = (length: number): Float32Array => values.subarray(at, (at += length));
  const heads = matricesOf(shape).map(({ inputs, outputs }): Head => ({
    weights: take(inputs * outputs),
    bias: take(outputs),
  }));
  const [first, second] = heads;
  if (first === undefined) throw new RangeError('A model has a layer');
  return second === undefined
    ? { kind: 'linear', head: first }
    : { kind: 'hidden', hidden: first, output: second };
}

/** Little-endian float32, one array after the other. */
export function floatBytes(arrays: readonly Float32Array[]): Uint8Array {
  const bytes = Buffer.alloc(arrays.reduce((sum, array) => sum + array.length, 0) * 4);
  let offset = 0;
  for (const array of arrays) for (const value of array) offset = bytes.writeFloatLE(value, offset);
  return bytes;
}

function only(list: Untrusted): Untrusted {
  const [item] = list.items(1);
  if (item === undefined) throw list.fail('one item was expected');
  return item;
}

function pair(list: Untrusted): [Untrusted, Untrusted] {
  const [first, second] = list.items(2);
  if (first === undefined || second === undefined) throw list.fail('two items were expected');
  return [first, second];
}
