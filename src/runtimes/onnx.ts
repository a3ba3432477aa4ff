import type * as Ort from 'onnxruntime-node';
import { RetrainError } from '../base';
import { normalise, quantiseOnnx, toOnnx, type Backbone } from '../backbones';
import { onnxProduct } from './onnxProduct';
import { checkPictures, doublesOf, type Runtime } from './runtime';
import { Turns } from './turns';

/**
 * The network runs with its batch left open; D and the picture's size come from the backbone. Its session is made for
 * the first pictures: products alone, over values that are cached, do not wait for it.
 */
export async function openOnnx(backbone: Backbone, { threads }: { threads: number }): Promise<Runtime> {
  const ort = await loadOnnx();
  const options: Ort.InferenceSession.SessionOptions = {
    executionProviders: ['cpu'],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    logSeverityLevel: 3,
    // Threads that wait in a loop double the processor time and, beside the decoder's threads, take several times as long.
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  };
  let opened: Ort.InferenceSession | undefined;
  const { input, dimension } = backbone;
  const singles = onnxProduct<Float32Array>(ort, options, 'float32', (length) => new Float32Array(length));
  const doubles = onnxProduct<Float64Array>(ort, options, 'float64', (length) => new Float64Array(length));
  const turns = new Turns();

  return {
    id: 'onnx',
    version: versionOf(ort),
    run: (pixels, n) =>
      turns.take(async () => {
        checkPictures(pixels, n, input.height * input.width * 3);
        const session = (opened ??= await openSession(ort, backbone, options));
        const [inputName = ''] = session.inputNames;
        const [outputName = ''] = session.outputNames;
        const result = new Float32Array(n * dimension);
        const size = input.height * input.width * 3;
        const step = backbone.kind === 'onnx' && backbone.batch === 'one' ? 1 : n;
        for (let i = 0; i < n; i += step) {
          const pictures = pixels.subarray(i * size, (i + step) * size);
          const dims = [step, input.height, input.width, 3];
          // A model of ours takes pixels, one of somebody else's what they are normalised to.
          const feed =
            backbone.kind === 'onnx'
              ? tensor(ort, normalise(pictures, backbone.normalisation), dims)
              : new ort.Tensor('uint8', pictures, dims);
          const own = result.subarray(i * dimension, (i + step) * dimension);
          await session.run({ [inputName]: feed }, { [outputName]: tensor(ort, own, [step, dimension]) });
        }
        return result;
      }),
    multiply: (a, b, product) => turns.take(() => singles.multiply(a, b, product)),
    multiply64: (a, b, product) => turns.take(() => doubles.multiply(a, b, product)),
    doubles: doublesOf.onnx,
    dispose: () =>
      turns.close(async () => {
        await opened?.release();
        await singles.release();
        await doubles.release();
      }),
  };
}

/** A model of somebody else's may hold what onnxruntime does not know. @throws GRAPH_UNSUPPORTED */
async function openSession(
  ort: typeof Ort,
  backbone: Backbone,
  options: Ort.InferenceSession.SessionOptions,
): Promise<Ort.InferenceSession> {
  const model =
    backbone.kind === 'onnx'
      ? backbone.ranges
        ? quantiseOnnx(backbone.model, backbone.ranges)
        : backbone.model
      : toOnnx(backbone.graph, { ranges: backbone.ranges, pixels: backbone.normalisation });
  try {
    return await ort.InferenceSession.create(model, options);
  } catch (error) {
    if (backbone.kind !== 'onnx') throw error;
    throw unsupported(backbone.folder, error);
  }
}

function unsupported(path: string, error: unknown): RetrainError {
  const text = error instanceof Error ? error.message : String(error);
  const [operation = text] = text.split('\n', 1);
  return new RetrainError('GRAPH_UNSUPPORTED', { path, operation: operation.slice(0, 300) });
}

/** A value that a network computes for one picture: its shape with the batch, and whether it is float16. */
export interface SeenValue {
  readonly shape: readonly number[];
  readonly half: boolean;
}

/**
 * What an ONNX model whose every value is an output computes for one grey picture [1, height, width, 3]: the values of
 * real numbers by name.
 * @throws GRAPH_UNSUPPORTED where onnxruntime refuses it
 */
export async function probeOnnx(
  model: Uint8Array,
  { path, height, width }: { path: string; height: number; width: number },
): Promise<Map<string, SeenValue>> {
  const ort = await loadOnnx();
  try {
    const session = await ort.InferenceSession.create(model, {
      executionProviders: ['cpu'],
      graphOptimizationLevel: 'disabled',
      logSeverityLevel: 3,
    });
    try {
      const [name = ''] = session.inputNames;
      const grey = new Float32Array(height * width * 3).fill(0.5);
      const values = await session.run({ [name]: tensor(ort, grey, [1, height, width, 3]) });
      const seen = Object.entries(values).flatMap(([value, { dims, type }]): [string, SeenValue][] =>
        type === 'float32' || type === 'float16' ? [[value, { shape: dims, half: type === 'float16' }]] : [],
      );
      return new Map(seen);
    } finally {
      await session.release();
    }
  } catch (error) {
    throw unsupported(path, error);
  }
}

/** Rejects where the native library cannot be loaded on this machine. */
export async function onnxVersion(): Promise<string> {
  return versionOf(await loadOnnx());
}

function versionOf({ env: { versions } }: typeof Ort): string {
  return versions.node ?? versions.common;
}

/** Loads the native library the first time it is called. */
export async function loadOnnx(): Promise<typeof Ort> {
  const ort = await import('onnxruntime-node');
  ort.env.logLevel = 'error';
  return ort;
}

/** A view of `data`, nothing is copied. */
function tensor(ort: typeof Ort, data: Float32Array, dims: number[]): Ort.Tensor {
  return new ort.Tensor('float32', data, dims);
}
