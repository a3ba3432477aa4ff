import type { Answer, RefitProgress, RunFacts } from '../jobs';
import type { RunningView } from './panel';
import type { StateMessage } from './state';

/** One picture of the answer view; null while it is computed. Failures in it come worded. */
export interface ClassifyItem {
  /** Absolute path: the key. */
  readonly path: string;
  /** File name, and its folder relative to the workspace. */
  readonly name: string;
  readonly folder: string;
  readonly answer: Answer | null;
}

/** What is refitted before anything can be answered. */
export type RefitView = Omit<Extract<RefitProgress, { kind: 'refitting' }>, 'kind'>;

export type ClassifyState =
  | {
      readonly kind: 'refitting';
      readonly refit: RefitView;
      readonly running: RunningView;
      readonly cancelling: boolean;
      readonly items: readonly ClassifyItem[];
    }
  | { readonly kind: 'answers'; readonly run: RunFacts | null; readonly items: readonly ClassifyItem[] }
  | { readonly kind: 'failed'; readonly message: string };

export type ToClassify =
  | StateMessage<ClassifyState>
  | { readonly kind: 'thumbnail'; readonly path: string; readonly bytes: Uint8Array | null };

export type FromClassify =
  | { readonly kind: 'ready' }
  | { readonly kind: 'thumbnails'; readonly paths: readonly string[] }
  | { readonly kind: 'openImage'; readonly path: string }
  /** Opens the panel of the run that answered. */
  | { readonly kind: 'openRun' }
  | { readonly kind: 'classify' }
  /** Ends the refit under way. */
  | { readonly kind: 'cancel' };
