import type { CachedBackbone } from './cache';
import { compactStaleLines, partsOfFileMap } from './staleLines';
import { compactStaleRows, partsOfBackbone } from './staleRows';

/** The parts of a cache, as they stood when its dataset was about to be scanned. */
export interface KnownParts {
  readonly root: string;
  readonly rows: readonly string[];
  readonly lines: readonly string[];
}

/** What a scan of the whole dataset, and the reading of it, found. */
export interface ScannedDataset {
  /** Of every image, also of those that could not be read now but were once: sha256. */
  readonly contents: Pick<ReadonlySet<string>, 'has' | 'size'>;
  /** Of every file, relative to the dataset. */
  readonly paths: ReadonlySet<string>;
  /** How many of `contents` have been computed since the parts were listed. */
  readonly computed: number;
}

/** To be called before a scan by which the cache may be compacted. */
export async function knownParts(root: string, backboneId: string): Promise<KnownParts> {
  return { root, rows: await partsOfBackbone(root, backboneId), lines: await partsOfFileMap(root) };
}

/**
 * Compacts away what the dataset needs no longer, where it outweighs a quarter: rows of images that were deleted or
 * changed, older duplicates and damaged rows, and lines about paths where nothing stands. Only a job that scanned
 * the whole dataset may call it, and only parts it knew before that scan are touched: what another process has added
 * since may be of images that were not there yet. Never a part that another process writes.
 * @throws the system's error; an AbortError after `signal`. What was there and wanted stays in any case.
 */
export async function compactStale(
  { root, rows, lines }: KnownParts,
  backbone: CachedBackbone,
  { contents, paths, computed }: ScannedDataset,
  { signal }: { signal?: AbortSignal | undefined } = {},
): Promise<void> {
  await compactStaleRows(backbone, rows, contents, contents.size - computed, signal);
  await compactStaleLines(root, lines, paths, signal);
}
