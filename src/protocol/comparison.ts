import type { RunComparison } from '../jobs';
import type { StateMessage } from './state';

/** The page that holds two runs against each other. */
export type ComparisonState =
  | { readonly kind: 'busy' }
  | { readonly kind: 'comparison'; readonly comparison: RunComparison }
  | { readonly kind: 'failed'; readonly message: string };

/** Whose dataset an image is looked for in; before its path in a message: `after/roses/1.jpg`. */
export type ComparedSide = 'before' | 'after';

export type ToComparison =
  | StateMessage<ComparisonState>
  | { readonly kind: 'thumbnail'; readonly path: string; readonly bytes: Uint8Array | null };

export type FromComparison =
  | { readonly kind: 'ready' }
  /** Paths with their side before them. */
  | { readonly kind: 'thumbnails'; readonly paths: readonly string[] }
  | { readonly kind: 'openImage'; readonly path: string }
  /** Opens the panel of a run. */
  | { readonly kind: 'openRun'; readonly of: ComparedSide }
  /** The other one first. */
  | { readonly kind: 'swap' };

/** What the page keeps with `setState`: the folders of the runs, null before they are known. */
export interface SavedComparison {
  readonly before: string | null;
  readonly after: string | null;
}
