import type { Matrix } from './runtime';

/** What a thread of the wasm runtime is given when it starts. */
export interface WasmThreadData {
  /** Folder of TF.js' `.wasm` files, a separator at its end. */
  readonly binaries: string;
  /** The network; null: for its version and products alone. */
  readonly network: { readonly artifacts: object; readonly height: number; readonly width: number } | null;
}

/** One at a time: each but `stop` is answered before the next is sent. */
export type ToWasmThread =
  /** One normalised picture [H, W, 3]; answered with its values [D]. */
  | { readonly kind: 'run'; readonly picture: Float32Array<ArrayBuffer> }
  /** Answered with the product, row-major. */
  | { readonly kind: 'multiply'; readonly a: Matrix; readonly b: Matrix }
  | { readonly kind: 'stop' };

export type FromWasmThread =
  | { readonly kind: 'ready'; readonly version: string }
  | { readonly kind: 'values'; readonly values: Float32Array<ArrayBuffer> }
  /** The thread ends with it. */
  | { readonly kind: 'failed'; readonly reason: string };
