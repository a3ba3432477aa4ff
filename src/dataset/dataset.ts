import { RetrainError, toFailure, type ErrorCode, type ErrorParams, type Failure } from '../base';

export type Side = 'training' | 'validation' | 'testing';

export interface ImageFile {
  /** Relative to the dataset, with `/`. */
  readonly path: string;
  readonly label: string;
  /** Bytes. */
  readonly size: number;
  readonly mtimeNs: bigint;
  /** Where the dataset came with a split of its own. */
  readonly side?: Side;
}

export interface SkippedFile extends Failure {
  readonly path: string;
}

export interface ClassSummary {
  readonly label: string;
  /** Images, at least one. */
  readonly count: number;
}

export interface Dataset {
  /** Absolute. */
  readonly root: string;
  /** By label, in code-unit order. */
  readonly classes: readonly ClassSummary[];
  /** By label, then path, in code-unit order. */
  readonly images: readonly ImageFile[];
  /** By path, in code-unit order. */
  readonly skipped: readonly SkippedFile[];
  /** True if the split is that of train, validation and test folders. */
  readonly given: boolean;
  /** Folders that would be classes if they held an image. */
  readonly emptyFolders: readonly string[];
  /** Folders with images beside those of a given split. */
  readonly leftOut: readonly string[];
}

/** What reads a file's first bytes and says whether it is an image. */
export type Sniff = (
  head: Uint8Array,
) => { kind: 'supported' } | { kind: 'unsupported'; name: string } | { kind: 'unknown' };

/** The number of images under which a class trains poorly; retrain.py's. */
const smallClass = 20;

/** What a person should know before training: EMPTY_CLASS, SMALL_CLASS, FOLDER_LEFT_OUT. */
export function datasetWarnings(dataset: Dataset): Failure[] {
  const warning = (code: ErrorCode, params: ErrorParams) => toFailure(new RetrainError(code, params));
  return [
    ...dataset.emptyFolders.map((path) => warning('EMPTY_CLASS', { path })),
    ...dataset.leftOut.map((path) => warning('FOLDER_LEFT_OUT', { path })),
    ...dataset.classes
      .filter(({ count }) => count < smallClass)
      .map(({ label, count }) => warning('SMALL_CLASS', { label, count })),
  ];
}

export function skippedFile(path: string, code: ErrorCode, params: ErrorParams = {}): SkippedFile {
  return { path, ...toFailure(new RetrainError(code, { path, ...params })) };
}

/** Code units, never a locale: the same order on every machine. */
export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
