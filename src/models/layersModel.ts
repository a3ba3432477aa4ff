import { Untrusted } from '../base';
import type { Head } from '../training';
import { damaged, mostClasses, runFiles } from './runFiles';

/** More bottleneck values than any backbone has, and the largest head that is read: 256 MB. */
const mostValues = 2 ** 17;
const mostBytes = 2 ** 28;

export interface LayersModelShape {
  /** D */
  readonly dimension: number;
  /** C */
  readonly classes: number;
  /** A bare file name beside model.json. */
  readonly weightsFile: string;
}

/**
 * The head as model.json and weights.bin of a TensorFlow.js layers model (tf.loadLayersModel): a Sequential of
 * one Dense layer with softmax that takes raw bottleneck values [n, D]; weights in little-endian float32, the
 * kernel [D, C], then the bias [C].
 * @param name of the layer, and so of the output
 */
export function writeLayersModel(head: Head, name = 'head'): { model: string; weights: Uint8Array } {
  const classes = head.bias.length;
  const dimension = head.weights.length / classes;
  const layer = {
    class_name: 'Dense',
    config: {
      name,
      trainable: true,
      batch_input_shape: [null, dimension],
      dtype: 'float32',
      units: classes,
      activation: 'softmax',
      use_bias: true,
      kernel_initializer: { class_name: 'Zeros', config: {} },
      bias_initializer: { class_name: 'Zeros', config: {} },
    },
  };
  const model = {
    format: 'layers-model',
    generatedBy: 'Retrain Classifier',
    convertedBy: null,
    modelTopology: {
      keras_version: '2.15.0',
      backend: 'tensor_flow.js',
      model_config: { class_name: 'Sequential', config: { name: 'classifier', layers: [layer] } },
    },
    weightsManifest: [
      {
        paths: [runFiles.weights],
        weights: [
          { name: `${name}/kernel`, shape: [dimension, classes], dtype: 'float32' },
          { name: `${name}/bias`, shape: [classes], dtype: 'float32' },
        ],
      },
    ],
  };
  return { model: `${JSON.stringify(model, null, 2)}\n`, weights: floatBytes([head.weights, head.bias]) };
}

/**
 * The shape of a model.json of ours; anything but one Dense layer with softmax is refused.
 * @throws RUN_DAMAGED
 */
export function readLayersModel(text: string, file: string): LayersModelShape {
  const root = Untrusted.parse(text, (reason) => damaged(file, reason));
  root.field('format').is('layers-model');
  const config = root.field('modelTopology').field('model_config');
  config.field('class_name').is('Sequential');
  const layer = only(config.field('config').field('layers'));
  layer.field('class_name').is('Dense');
  const dense = layer.field('config');
  dense.field('activation').is('softmax');
  dense.field('use_bias').is(true);
  const classes = dense.field('units').integer(1, mostClasses);
  const [batch, values] = pair(dense.field('batch_input_shape'));
  batch.nullable((given) => {
    throw given.fail('null was expected');
  });
  const dimension = values.integer(1, mostValues);
  if ((dimension + 1) * classes * 4 > mostBytes) throw root.fail('its head is too large');

  const group = only(root.field('weightsManifest'));
  const [kernel, bias] = pair(group.field('weights'));
  for (const tensor of [kernel, bias]) tensor.field('dtype').is('float32');
  const [rows, columns] = pair(kernel.field('shape'));
  rows.is(dimension);
  columns.is(classes);
  only(bias.field('shape')).is(classes);
  const weightsFile = only(group.field('paths')).matching(
    /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}$/,
    'a bare file name',
  );
  return { dimension, classes, weightsFile };
}

/** Bytes that the weights of this shape take. */
export function weightBytes({ dimension, classes }: Omit<LayersModelShape, 'weightsFile'>): number {
  return (dimension + 1) * classes * 4;
}

/** @throws RUN_DAMAGED where the size is another or a number is not finite */
export function readWeights(bytes: Buffer, shape: Omit<LayersModelShape, 'weightsFile'>, file: string): Head {
  if (bytes.length !== weightBytes(shape))
    throw damaged(file, `it has ${bytes.length} bytes, not ${weightBytes(shape)}`);
  const kernel = shape.dimension * shape.classes;
  const values = new Float32Array(kernel + shape.classes);
  for (let i = 0; i < values.length; i++) values[i] = bytes.readFloatLE(i * 4);
  const wrong = values.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) throw damaged(file, `weight ${wrong} is not a finite number`);
  return { weights: values.subarray(0, kernel), bias: values.subarray(kernel) };
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
