import type { ComparedBackbone, HeadKind } from '../jobs';
import type { PanelSubject } from './panel';
import type { StateMessage } from './state';

/** The page that holds backbones against each other on a dataset. */
export interface BackbonesState {
  readonly subject: PanelSubject;
  /** What is trained on the values of each; null: not known yet. */
  readonly head: HeadKind | null;
  /** Those that are done, in the order they were chosen in. */
  readonly compared: readonly ComparedBackbone[];
  /** Those that cannot be loaded or run here; worded. */
  readonly failed: readonly { readonly id: string; readonly message: string }[];
  /** What the setting says: `auto` or an id. */
  readonly chosen: string;
  readonly work:
    | {
        readonly kind: 'running';
        /** The backbone that is measured now; null: none yet. */
        readonly id: string | null;
        readonly index: number;
        readonly of: number;
        /** Images whose values are there; `images` is 0 until it is known. */
        readonly done: number;
        readonly images: number;
        readonly cancelling: boolean;
      }
    | { readonly kind: 'done'; readonly folds: number }
    | { readonly kind: 'cancelled' }
    /** Worded. */
    | { readonly kind: 'failed'; readonly message: string };
}

export type ToBackbones = StateMessage<BackbonesState>;

export type FromBackbones =
  | { readonly kind: 'ready' }
  | { readonly kind: 'cancel' }
  /** Once more, the same ones. */
  | { readonly kind: 'again' }
  /** Makes it the backbone of the dataset's settings. */
  | { readonly kind: 'use'; readonly id: string };
