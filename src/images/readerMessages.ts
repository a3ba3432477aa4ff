import type { Failure } from '../base';
import type { FileFacts } from './imageReader';
import type { View } from './views';

/** What a reading thread is asked; `id` is that of the file. */
export type ToReader =
  | { readonly kind: 'read'; readonly id: number; readonly file: string; readonly path: string }
  | {
      readonly kind: 'decode';
      readonly id: number;
      readonly size: { width: number; height: number };
      /** Undefined: the image as it is. */
      readonly view: View | undefined;
    }
  /** Its bytes are not wanted any more, or what is being done for it is not. */
  | { readonly kind: 'drop'; readonly id: number }
  /** Ends the thread by itself. */
  | { readonly kind: 'stop' };

export type FromReader =
  | { readonly kind: 'read'; readonly id: number; readonly facts: FileFacts }
  | { readonly kind: 'decoded'; readonly id: number; readonly pixels: Uint8Array }
  | { readonly kind: 'failed'; readonly id: number; readonly failure: Failure };
