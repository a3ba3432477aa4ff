import { stat } from 'node:fs/promises';
import path from 'node:path';
import { isAbort, readBounded, RetrainError, throwIfAborted, toFailure, type Report } from '../base';
import type { ImageFile, SkippedFile } from '../dataset';
import { failsEveryImage, type ImageReader } from '../images';
import { parseBottleneckText } from './bottleneckText';
import { openCache, type BottleneckCache } from './cache';
import { CacheWriter, type FoundFile } from './cacheWriter';
import { importedBackbone, type ImportedBackbone } from './importedBackbone';
import type { TextFile } from './textFiles';

export interface ImportSource {
  /** The dataset's folder, which the images' paths are relative to. */
  readonly root: string;
  /** The folder that the text files' paths are relative to. */
  readonly folder: string;
  readonly module: string;
  /** In the order of the images. */
  readonly files: readonly TextFile[];
  /** The cache that is filled. */
  readonly cacheRoot: string;
  readonly reader: ImageReader;
}

export interface ImportOptions {
  readonly signal?: AbortSignal | undefined;
  readonly report?: Report<{ readonly done: number; readonly of: number }> | undefined;
}

export interface ImportedTexts {
  readonly backbone: ImportedBackbone;
  readonly taken: number;
  /** Files whose image has its values already. */
  readonly present: number;
  /** Files that are older than their image: should that have been changed, the values are of what it was. */
  readonly newer: number;
  /** Text files that were left out, and why. */
  readonly skipped: readonly SkippedFile[];
}

/** Bytes: the values of any network, with room for white space. */
const largest = 16 * 2 ** 20;
/** Files read at once. */
const batchSize = 64;
/** Files that are asked how many values an image has. */
const asked = 101;

/**
 * Takes the values of retrain.py's text files into a cache, under a backbone of the module's name, by the content that
 * each image has now. A file that holds an invalid number, or another count of values than the others (it is torn, or
 * of another network), is left out.
 * @throws NO_TEXT_VALUES where no file is whole; CACHE_UNWRITABLE; an AbortError after `signal`
 */
export async function importTexts(
  source: ImportSource,
  { signal, report }: ImportOptions = {},
): Promise<ImportedTexts> {
  const { module, files, folder, cacheRoot } = source;
  const dimension = await commonDimension(source);
  if (dimension === undefined) throw new RetrainError('NO_TEXT_VALUES', { path: folder });
  const backbone = importedBackbone(module, dimension);
  const cache = await openCache(cacheRoot, backbone, { signal });
  const writer = new CacheWriter(cache, { id: 'retrain.py', version: '' });
  const skipped: SkippedFile[] = [];
  let taken = 0;
  let newer = 0;
  try {
    for (let start = 0; start < files.length; start += batchSize) {
      throwIfAborted(signal);
      const batch = files.slice(start, start + batchSize);
      const read = await Promise.all(
        batch.map((file) => readPair(source, file, { cache, dimension, signal })),
      );
      for (const pair of read) {
        if (pair.kind === 'skipped') {
          skipped.push(pair.file);
          continue;
        }
        if (pair.newer) newer++;
        if (pair.found) writer.noteFile(pair.found);
        if (cache.has(pair.sha256)) continue;
        const key = { sha256: pair.sha256, view: 0, path: pair.image.path };
        await writer.append(pair.image.label, [key], pair.values);
        taken++;
      }
      await writer.flush();
      report?.({ done: start + batch.length, of: files.length });
    }
  } catch (error) {
    await writer.close().catch(() => undefined);
    throw error;
  }
  await writer.close();
  return { backbone, taken, present: files.length - taken - skipped.length, newer, skipped };
}

type Pair =
  | {
      readonly kind: 'read';
      readonly image: ImageFile;
      readonly sha256: string;
      /** Where the image had to be read. */
      readonly found: FoundFile | undefined;
      readonly values: Float32Array;
      /** Than the text file. */
      readonly newer: boolean;
    }
  | { readonly kind: 'skipped'; readonly file: SkippedFile };

async function readPair(
  { folder, root, reader }: ImportSource,
  { path: file, image }: TextFile,
  {
    cache,
    dimension,
    signal,
  }: { cache: BottleneckCache; dimension: number; signal: AbortSignal | undefined },
): Promise<Pair> {
  try {
    const values = await readText(folder, file);
    if (values.length !== dimension)
      throw damaged(file, `it has ${values.length} values, the others ${dimension}`);
    const written = await stat(path.join(folder, file), { bigint: true }).catch(() => undefined);
    const newer = written !== undefined && image.mtimeNs > written.mtimeNs;
    const pair = { kind: 'read', image, values, newer } as const;
    const known = cache.contentOf(image.path, image.size, image.mtimeNs);
    if (known !== undefined) return { ...pair, sha256: known, found: undefined };
    const read = await reader.read(path.join(root, image.path), { path: image.path, signal });
    read.drop();
    const { size, mtimeNs, sha256, readAt } = read;
    return { ...pair, sha256, found: { path: image.path, size, mtimeNs, sha256, readAt } };
  } catch (error) {
    if (isAbort(error) || failsEveryImage(error) || !(error instanceof RetrainError)) throw error;
    return { kind: 'skipped', file: { path: file, ...toFailure(error) } };
  }
}

/** @throws TEXT_VALUES_DAMAGED, FILE_... */
async function readText(folder: string, file: string): Promise<Float32Array> {
  const text = (await readBounded(path.join(folder, file), largest, { shown: file })).toString('latin1');
  const parsed = parseBottleneckText(text);
  if (parsed.kind === 'damaged') throw damaged(file, parsed.reason);
  return parsed.values;
}

function damaged(file: string, reason: string): RetrainError {
  return new RetrainError('TEXT_VALUES_DAMAGED', { path: file, reason });
}

/** How many values most files have, by a sample; of equals the larger number, for a torn file has fewer. */
async function commonDimension({ folder, files }: ImportSource): Promise<number | undefined> {
  const step = Math.max(1, Math.floor(files.length / asked));
  const counts = new Map<number, number>();
  for (let i = 0; i < files.length; i += step) {
    const values = await readText(folder, files[i]?.path ?? '').catch(() => undefined);
    if (values) counts.set(values.length, (counts.get(values.length) ?? 0) + 1);
  }
  const [most] = [...counts].sort(([a, n], [b, m]) => m - n || b - a);
  return most?.[0];
}
