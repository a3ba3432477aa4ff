import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import util from 'node:util';
import type * as TensorFlow from '@tensorflow/tfjs-node';
import { normalise, type Backbone } from '../backbones';
import { graphArtifacts, graphOf } from './graphArtifacts';
import { plainProduct64 } from './plainProduct64';
import { checkPictures, doublesOf, productSize, type Product, type Runtime } from './runtime';
import { Turns } from './turns';

/** Whose `node_modules` are asked first. */
interface TensorflowPlace {
  readonly tensorflowFolder?: string | undefined;
}

/** TensorFlow's own threads cannot be counted out by tfjs-node: it takes as many as there are cores. */
export async function openTensorflow(backbone: Backbone, where: TensorflowPlace): Promise<Runtime> {
  const tf = await loadTensorflow(where);
  const model = await tf.loadGraphModel(tf.io.fromMemory(graphArtifacts(graphOf(backbone))));
  const { input, normalisation } = backbone;
  const turns = new Turns();

  /** What `compute` gives. `tidy` looks for tensors in all it returns, number by number: so it returns a tensor. */
  const floatsOf = (compute: () => TensorFlow.Tensor): Float32Array => {
    const tensor = tf.tidy(compute);
    const data = tensor.dataSync();
    tensor.dispose();
    if (!(data instanceof Float32Array)) throw new TypeError('float32 values were expected');
    return data;
  };

  const multiply: Product = (a, b, { transposeA = false, transposeB = false } = {}) =>
    turns.take(() => {
      const { rows, columns } = productSize(a, b, { transposeA, transposeB });
      const data = floatsOf(() => {
        const left = tf.tensor2d(a.data, [a.rows, a.columns]);
        const right = tf.tensor2d(b.data, [b.rows, b.columns]);
        return tf.matMul(left, right, transposeA, transposeB);
      });
      return { rows, columns, data };
    });

  return {
    id: 'tensorflow',
    version: tf.version['tfjs-node'],
    run: (pixels, n) =>
      turns.take(() => {
        checkPictures(pixels, n, input.height * input.width * 3);
        return floatsOf(() => {
          const values = normalise(pixels, normalisation);
          const output = model.execute(tf.tensor4d(values, [n, input.height, input.width, 3]));
          if (!(output instanceof tf.Tensor)) throw new TypeError('the network has more than one output');
          return output;
        });
      }),
    multiply,
    multiply64: (a, b, options) => turns.take(() => plainProduct64(a, b, options)),
    doubles: doublesOf.tensorflow,
    dispose: () =>
      turns.close(() => {
        model.dispose();
      }),
  };
}

/** Rejects where the native library is not installed, or cannot be loaded on this machine. */
export async function tensorflowVersion(where: TensorflowPlace): Promise<string> {
  return (await loadTensorflow(where)).version['tfjs-node'];
}

/** Loads the native library the first time it is called. */
async function loadTensorflow({ tensorflowFolder }: TensorflowPlace): Promise<typeof TensorFlow> {
  // Silences notes on the processor; a person's own choice stays.
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '2';
  // tfjs-node 4.22.0 calls these two; Node 23 took the first away and warns of the second.
  Object.assign(util, { isNullOrUndefined: (value: unknown) => value == null, isArray: Array.isArray });
  const name = '@tensorflow/tfjs-node';
  const installed =
    tensorflowFolder !== undefined && existsSync(path.join(tensorflowFolder, 'node_modules', name));
  const tf = installed
    ? (createRequire(path.join(tensorflowFolder, 'package.json'))(name) as typeof TensorFlow)
    : await import('@tensorflow/tfjs-node');
  // TF.js has one backend for all, and another use of it in this thread may have chosen one in JavaScript.
  await tf.setBackend('tensorflow');
  return tf;
}
