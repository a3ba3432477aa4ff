import type * as Ort from 'onnxruntime-node';
import { toOnnx, type Backbone } from '../backbones';
import { onnxProduct } from './onnxProduct';
import { checkPictures, doublesOf, type Runtime } from './runtime';
import { Turns } from './turns';

/** The network runs with its batch left open; D and the picture's size come from the backbone. */
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
  const session = await ort.InferenceSession.create(
    toOnnx(backbone.graph, { ranges: backbone.ranges, pixels: backbone.normalisation }),
    options,
  );
  const { input, dimension } = backbone;
  const [inputName = ''] = session.inputNames;
  const [outputName = ''] = session.outputNames;
  const singles = onnxProduct<Float32Array>(ort, options, 'float32', (length) => new Float32Array(length));
  const doubles = onnxProduct<Float64Array>(ort, options, 'float64', (length) => new Float64Array(length));
  const turns = new Turns();

  return {
    id: 'onnx',
    version: versionOf(ort),
    run: (pixels, n) =>
      turns.take(async () => {
        checkPictures(pixels, n, input.height * input.width * 3);
        const result = new Float32Array(n * dimension);
        await session.run(
          { [inputName]: new ort.Tensor('uint8', pixels, [n, input.height, input.width, 3]) },
          { [outputName]: tensor(ort, result, [n, dimension]) },
        );
        return result;
      }),
    multiply: (a, b, product) => turns.take(() => singles.multiply(a, b, product)),
    multiply64: (a, b, product) => turns.take(() => doubles.multiply(a, b, product)),
    doubles: doublesOf.onnx,
    dispose: () =>
      turns.close(async () => {
        await session.release();
        await singles.release();
        await doubles.release();
      }),
  };
}

/** Rejects where the native library cannot be loaded on this machine. */
export async function onnxVersion(): Promise<string> {
  return versionOf(await loadOnnx());
}

function versionOf({ env: { versions } }: typeof Ort): string {
  return versions.node ?? versions.common;
}

/** Loads the native library the first time it is called. */
async function loadOnnx(): Promise<typeof Ort> {
  const ort = await import('onnxruntime-node');
  ort.env.logLevel = 'error';
  return ort;
}

/** A view of `data`, nothing is copied. */
function tensor(ort: typeof Ort, data: Float32Array, dims: number[]): Ort.Tensor {
  return new ort.Tensor('float32', data, dims);
}
