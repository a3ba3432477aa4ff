import type * as Ort from 'onnxruntime-node';
import { OnnxModel } from '../backbones';
import { productSize, type ProductOptions } from './runtime';

/** A matrix of either precision, row-major. */
interface OnnxMatrix<T> {
  readonly rows: number;
  readonly columns: number;
  readonly data: T;
}

interface OnnxProduct<T> {
  multiply(a: OnnxMatrix<T>, b: OnnxMatrix<T>, options?: ProductOptions): Promise<OnnxMatrix<T>>;
  /** Frees the sessions, once nothing is being computed. */
  release(): Promise<void>;
}

/** Products by one ONNX Gemm for each way to transpose, each opened when it is first needed. */
export function onnxProduct<T extends Float32Array | Float64Array>(
  ort: typeof Ort,
  options: Ort.InferenceSession.SessionOptions,
  type: T extends Float64Array ? 'float64' : 'float32',
  zeros: (length: number) => T,
): OnnxProduct<T> {
  const sessions = new Map<string, Promise<Ort.InferenceSession>>();
  const sessionOf = (transA: 0 | 1, transB: 0 | 1): Promise<Ort.InferenceSession> => {
    const key = `${transA}${transB}`;
    const opening =
      sessions.get(key) ?? ort.InferenceSession.create(productModel(type, transA, transB), options);
    sessions.set(key, opening);
    return opening;
  };
  // A view of `data`, nothing is copied.
  const tensor = (data: T, dims: number[]): Ort.Tensor => new ort.Tensor(type, data, dims);

  return {
    multiply: async (a, b, product = {}) => {
      const { rows, inner, columns } = productSize(a, b, product);
      const result = zeros(rows * columns);
      if (rows * inner * columns > 0) {
        const session = await sessionOf(product.transposeA ? 1 : 0, product.transposeB ? 1 : 0);
        const feeds = { a: tensor(a.data, [a.rows, a.columns]), b: tensor(b.data, [b.rows, b.columns]) };
        await session.run(feeds, { y: tensor(result, [rows, columns]) });
      }
      return { rows, columns, data: result };
    },
    release: async () => {
      for (const opening of sessions.values()) await (await opening).release();
    },
  };
}

/** y = a b, each transposed first if asked. */
function productModel(type: 'float32' | 'float64', transA: 0 | 1, transB: 0 | 1): Uint8Array {
  const model = new OnnxModel();
  model.node('Gemm', ['a', 'b'], 'y', { transA, transB });
  const matrix = (name: string) => ({ name, shape: [-1, -1], type });
  return model.encode('product', [matrix('a'), matrix('b')], [matrix('y')]);
}
