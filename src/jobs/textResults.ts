import type { SkippedView } from './results';

/** What became of the text files of one module. */
export interface ImportedModule {
  /** As it stands in the files' names. */
  readonly module: string;
  /** The backbone its values stand under now. */
  readonly id: string;
  readonly dimension: number;
  readonly taken: number;
  /** Files whose image had its values already. */
  readonly present: number;
  /** Files that were left out, and why; paths relative to their folder. */
  readonly skipped: readonly SkippedView[];
  /** Files that are older than their image: should that have been changed, the values are of what it was. */
  readonly newer: number;
  /** Images of the dataset that have no file. */
  readonly without: number;
}

export interface ImportResult {
  /** Absolute path of the cache that was filled. */
  readonly cache: string;
  readonly modules: readonly ImportedModule[];
  /** Text files that belong to no image, relative to their folder. */
  readonly unmatched: readonly string[];
}

export type ImportProgress =
  | { readonly kind: 'scanning'; readonly files: number }
  | { readonly kind: 'importing'; readonly done: number; readonly of: number };

export interface ExportResult {
  /** Absolute path. */
  readonly to: string;
  readonly module: string;
  readonly files: number;
  /** Images that have no values, and why. */
  readonly skipped: readonly SkippedView[];
}
