/** Row-major. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float32Array;
}

export interface ProductOptions {
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
}

/**
 * The product of two matrices, either of them transposed first if asked, in float32.
 * @throws RangeError where they do not fit each other, or their data does not fit their size
 */
export type Product = (a: Matrix, b: Matrix, options?: ProductOptions) => Promise<Matrix>;

/** Row-major, in double precision. */
export interface Matrix64 {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float64Array;
}

/**
 * As `Product`, in float64: for systems of equations, where the rounding of float32 would grow. Where it takes long it
 * ends once `signal` is aborted, and throws its reason.
 */
export type Product64 = (
  a: Matrix64,
  b: Matrix64,
  options?: ProductOptions & { readonly signal?: AbortSignal },
) => Promise<Matrix64>;

/** What can execute a backbone. In the order in which `auto` tries them: the fastest first. */
export const runtimeIds = ['onnx', 'tensorflow', 'wasm'] as const;
export type RuntimeId = (typeof runtimeIds)[number];

/** Those that execute a network of eight bits in integers. */
export const eightBitRuntimes: readonly RuntimeId[] = ['onnx'];

/** Those that execute an ONNX model. */
export const onnxRuntimes: readonly RuntimeId[] = ['onnx'];

/**
 * Who computes products in float64: the runtime itself, or plain JavaScript in its place, some ten times as slow.
 * TensorFlow.js knows no float64.
 */
export type Doubles = 'native' | 'plain';
export const doublesOf: Readonly<Record<RuntimeId, Doubles>> = {
  onnx: 'native',
  tensorflow: 'plain',
  wasm: 'plain',
};

/**
 * Executes one backbone. Calls are carried out one after the other, each on the calling thread, which it holds
 * meanwhile (all but wasm's): so this belongs into a worker thread, and the thread must not be terminated before
 * `dispose` is done.
 */
export interface Runtime {
  readonly id: RuntimeId;
  readonly version: string;
  /**
   * The bottleneck values [n, D] of the pixels [n, H, W, 3] of `n` pictures.
   * @throws RangeError where `pixels` has another length
   */
  run(pixels: Uint8Array, n: number): Promise<Float32Array>;
  readonly multiply: Product;
  readonly multiply64: Product64;
  /** Who computes `multiply64`. */
  readonly doubles: Doubles;
  /** Waits for what is being computed, then frees all memory; later calls reject. */
  dispose(): Promise<void>;
}

/** The sizes of a product, checked. */
export interface ProductSize {
  readonly rows: number;
  readonly inner: number;
  readonly columns: number;
}

/** What `productSize` looks at, in either precision. */
type Shaped = Pick<Matrix, 'rows' | 'columns'> & { readonly data: ArrayLike<number> };

export function productSize(a: Shaped, b: Shaped, { transposeA, transposeB }: ProductOptions): ProductSize {
  for (const { rows, columns, data } of [a, b])
    if (data.length !== rows * columns)
      throw new RangeError(`${data.length} values are no ${rows} x ${columns} matrix`);
  const [rows, inner] = transposeA ? [a.columns, a.rows] : [a.rows, a.columns];
  const [other, columns] = transposeB ? [b.columns, b.rows] : [b.rows, b.columns];
  if (inner !== other)
    throw new RangeError(`${rows} x ${inner} and ${other} x ${columns} matrices do not fit`);
  return { rows, inner, columns };
}

/** Throws unless `pixels` holds exactly `n` pictures of `values` numbers. */
export function checkPictures(pixels: Uint8Array, n: number, values: number): void {
  if (!Number.isInteger(n) || n < 1 || pixels.length !== n * values)
    throw new RangeError(`${pixels.length} values are not ${n} pictures of ${values} values`);
}
