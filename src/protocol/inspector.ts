import type { PartView, RowValues } from '../jobs';
import type { StateMessage } from './state';

export type InspectorState =
  | {
      readonly kind: 'part';
      readonly part: PartView;
      /** The row to choose and scroll to. */
      readonly row: number | null;
    }
  | { readonly kind: 'failed'; readonly message: string };

export type ToInspector =
  | StateMessage<InspectorState>
  | { readonly kind: 'rows'; readonly rows: readonly RowValues[] }
  | { readonly kind: 'choose'; readonly row: number }
  | {
      readonly kind: 'thumbnail';
      readonly path: string;
      readonly size: number;
      readonly bytes: Uint8Array | null;
    };

export type FromInspector =
  | { readonly kind: 'ready' }
  /** Rows from `from` up to, not including, `to`. Answered by one or more `rows`. */
  | { readonly kind: 'rows'; readonly from: number; readonly to: number }
  /** `path` relative to the dataset; `size` in pixels (64 in the table, 320 beside it). */
  | { readonly kind: 'thumbnail'; readonly path: string; readonly size: number }
  | { readonly kind: 'openImage'; readonly path: string };
