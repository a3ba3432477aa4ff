import type * as Ort from 'onnxruntime-node';
import { OnnxModel, toOnnx, type Backbone } from '../backbones';
import { checkPictures, productSize, type Product, type Runtime } from './runtime';
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
  const products = new Map<string, Promise<Ort.InferenceSession>>();
  const turns = new Turns();

  const multiply: Product = (a, b, product = {}) =>
    turns.take(async () => {
      const { rows, inner, columns } = productSize(a, b, product);
      const result = new Float32Array(rows * columns);
      if (rows * inner * columns > 0) {
        const transA = product.transposeA ? 1 : 0;
        const transB = product.transposeB ? 1 : 0;
        const key = `${transA}${transB}`;
        const opening =
          products.get(key) ?? ort.InferenceSession.create(productModel(transA, transB), options);
        products.set(key, opening);
        const feeds = {
          a: tensor(ort, a.data, [a.rows, a.columns]),
          b: tensor(ort, b.data, [b.rows, b.columns]),
        };
        await (await opening).run(feeds, { y: tensor(ort, result, [rows, columns]) });
      }
      return { rows, columns, data: result };
    });

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
    multiply,
    dispose: () =>
      turns.close(async () => {
        await session.release();
        for (const opening of products.values()) await (await opening).release();
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

/** y = a b, each transposed first if asked. */
function productModel(transA: 0 | 1, transB: 0 | 1): Uint8Array {
  const model = new OnnxModel();
  model.node('Gemm', ['a', 'b'], 'y', { transA, transB });
  const matrix = (name: string): { name: string; shape: number[] } => ({ name, shape: [-1, -1] });
  return model.encode('product', [matrix('a'), matrix('b')], [matrix('y')]);
}
