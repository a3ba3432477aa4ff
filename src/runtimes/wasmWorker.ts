import { parentPort, workerData } from 'node:worker_threads';
import { setWasmPaths, version_wasm } from '@tensorflow/tfjs-backend-wasm';
import { loadGraphModel, type GraphModel } from '@tensorflow/tfjs-converter';
import * as tf from '@tensorflow/tfjs-core';
import type { FromWasmThread, ToWasmThread, WasmThreadData } from './wasmMessages';

type Port = NonNullable<typeof parentPort>;
type Question = Exclude<ToWasmThread, { kind: 'stop' }>;

/**
 * One thread of the wasm runtime, with a WebAssembly instance of its own. TF.js keeps its backends and tensors in a
 * state that is global to a thread: so none of it is ever loaded beside tfjs-node. A failure ends the thread.
 */
function serve(port: Port, { binaries, network }: WasmThreadData): void {
  const post = (message: FromWasmThread, transfer: ArrayBuffer[] = []) => {
    port.postMessage(message, transfer);
  };
  // Without its port the thread ends by itself. Nothing is thrown: Emscripten's handlers would hide what it was.
  const fail = (error: unknown) => {
    post({ kind: 'failed', reason: error instanceof Error ? error.message : String(error) });
    port.close();
  };
  const start = async (): Promise<void> => {
    setWasmPaths(binaries);
    if (!(await tf.setBackend('wasm'))) throw new Error('WebAssembly could not be started');
    post({ kind: 'ready', version: version_wasm });
  };

  const answer = answering(network);
  port.on('message', (message: ToWasmThread) => {
    if (message.kind === 'stop') return port.close();
    answer(message).then((result) => {
      // A copy of its own: whatever else TF.js keeps stays here.
      const values = new Float32Array(result);
      post({ kind: 'values', values }, [values.buffer]);
    }, fail);
  });
  start().catch(fail);
}

/** The network is loaded when the first picture comes: for products alone it is not needed. */
function answering(network: WasmThreadData['network']): (question: Question) => Promise<Float32Array> {
  let model: GraphModel | undefined;
  return async (question) => {
    if (question.kind === 'multiply') {
      const { a, b } = question;
      return floatsOf(() =>
        tf.matMul(tf.tensor2d(a.data, [a.rows, a.columns]), tf.tensor2d(b.data, [b.rows, b.columns])),
      );
    }
    if (network === null) throw new Error('this thread was given no network');
    const loaded = (model ??= await loadGraphModel(tf.io.fromMemory(network.artifacts)));
    return floatsOf(() => {
      const output = loaded.execute(tf.tensor4d(question.picture, [1, network.height, network.width, 3]));
      if (!(output instanceof tf.Tensor)) throw new TypeError('the network has more than one output');
      return output;
    });
  };
}

/** What `compute` gives. `tidy` looks for tensors in all it returns, number by number: so it returns a tensor. */
function floatsOf(compute: () => tf.Tensor): Float32Array {
  const tensor = tf.tidy(compute);
  const data = tensor.dataSync();
  tensor.dispose();
  if (!(data instanceof Float32Array)) throw new TypeError('float32 values were expected');
  return data;
}

if (parentPort) serve(parentPort, workerData as WasmThreadData);
