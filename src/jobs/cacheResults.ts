import type { Failure } from '../base';
import type { CacheSize, CheckedPlace, ChecksumState, MergedBackbone, RowValues } from '../bottlenecks';
import type { BackboneFacts } from './results';

/** What the jobs about the cache give: plain data that crosses threads and processes. */

export type { CacheSize, ChecksumState, RowValues };

/** One part of the cache, as the inspector shows it. */
export interface PartView {
  /** Absolute path of the .npy file. */
  readonly file: string;
  /** Absolute path of the dataset's folder, which the rows' paths are relative to. */
  readonly dataset: string;
  readonly label: string;
  readonly backbone: string;
  /** Null where the index beside the matrix is gone or damaged. */
  readonly runtime: string | null;
  readonly dimension: number;
  readonly bytes: number;
  readonly rows: readonly PartRow[];
  /** Mean and deviation of each value ([D]) over up to 1,000 rows of this backbone's cache, to draw the strips against. */
  readonly mean: Float32Array;
  readonly deviation: Float32Array;
}

export interface PartRow {
  readonly row: number;
  readonly checksum: ChecksumState;
  /** Null where no line says. */
  readonly sha256: string | null;
  readonly view: number | null;
  /** Where the image was found last, relative to the dataset; null when it is not known to be anywhere now. */
  readonly path: string | null;
  readonly pathWhenComputed: string | null;
}

export interface CacheTree {
  readonly backbones: readonly {
    readonly id: string;
    readonly labels: readonly {
      readonly label: string;
      readonly images: readonly CacheTreeImage[];
    }[];
  }[];
}

export interface CacheTreeImage {
  /** Relative to the dataset. */
  readonly path: string;
  /** Absolute path of the part (.npy) and the row in it. */
  readonly file: string;
  readonly row: number;
}

/** What was taken from one cache, and what was left there. */
export interface MergedCache {
  /** Absolute path of the cache. */
  readonly folder: string;
  readonly backbones: readonly MergedBackbone[];
}

export interface MergeResult {
  /** Absolute path of the cache that was filled. */
  readonly into: string;
  readonly caches: readonly MergedCache[];
}

/** A row's place in the cache; `path` is where its image stood when it was computed. */
export type CachePlace = CheckedPlace;

/**
 * Where a cache and the images differ. `damaged`: the checksum is wrong, or the index is gone. `differs`: the
 * checksum is right, but the image gives other values now. `missingImage`: no image has this content any more.
 * `stale`: the image has changed, or a newer row holds the same, or it is of another version of the backbone.
 * `unreadable`: the image of the row cannot be read now.
 */
export type CacheFinding =
  | { readonly kind: 'damaged' | 'missingImage'; readonly path: string | null; readonly place: CachePlace }
  | { readonly kind: 'stale'; readonly path: string | null; readonly place: CachePlace | null }
  | {
      readonly kind: 'differs';
      readonly path: string;
      /** ||cached - computed|| / ||computed|| */
      readonly distance: number;
      readonly place: CachePlace;
    }
  | { readonly kind: 'unreadable'; readonly path: string; readonly failure: Failure };

export interface VerifyResult {
  /** Absolute path of the cache. */
  readonly cache: string;
  readonly backbone: BackboneFacts;
  readonly runtime: string;
  readonly images: number;
  /** Rows that were held against their checksums. */
  readonly rows: number;
  /** Images that were computed anew and compared. */
  readonly recomputed: number;
  /** Views of images that were. */
  readonly recomputedViews: number;
  readonly largestDistance: number;
  readonly tolerance: number;
  readonly seed: number;
  readonly findings: readonly CacheFinding[];
  /** Images, identical ones once, that have no right values: the next run computes them. */
  readonly missing: number;
}

export type VerifyProgress =
  | { readonly kind: 'scanning'; readonly files: number }
  | { readonly kind: 'checking' | 'recomputing'; readonly done: number; readonly of: number };

export interface ClearResult extends CacheSize {
  /** Absolute paths of the caches: a second one where the dataset could not be written once. */
  readonly caches: readonly string[];
  /** Files in them that are not ours, and stay. */
  readonly left: number;
}
