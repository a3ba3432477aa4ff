import { lstat, unlink } from 'node:fs/promises';
import path from 'node:path';
import { retryBusy } from '../base';
import type { CachedBackbone } from './cache';
import { compactAlone } from './compactionLease';
import { FileMapWriter, readFileLines, type FileLine } from './fileMap';
import { entriesOf, filesFolder, labelFolder, timeOfPart } from './layout';
import { isFree } from './lease';
import { rowsIn } from './npyHeader';
import { indexBeside, readIndex, type IndexLine, type PartHead } from './partIndex';
import { PartWriter } from './partWriter';
import { readRows } from './rows';

/** So many small parts of one kind are merged into one. */
const many = 8;
const most = 64;
const small = 4 * 2 ** 20;

/** The small parts of a folder that no process writes any more: sealed, or their lease expired. */
async function smallFreeParts(root: string, folder: string, extension: string): Promise<string[]> {
  const parts: string[] = [];
  for (const name of (await entriesOf(root, folder)).files) {
    const file = path.join(folder, name);
    if (!name.endsWith(extension) || !(await isFree(leaseBeside(file)))) continue;
    if ((await lstat(file)).size < small) parts.push(file);
    if (parts.length === most) break;
  }
  return parts;
}

/** The lease of a part, given one of its files. */
export function leaseBeside(file: string): string {
  return file.replace(/\.\w+$/, '.lease');
}

/** Removes merged parts. What another process holds (Windows) stays until the next time: the same key twice is no harm. */
export async function removeParts(files: readonly string[]): Promise<void> {
  for (const file of files)
    for (const name of new Set([indexBeside(file), file, leaseBeside(file)]))
      await retryBusy(() => unlink(name)).catch(() => undefined);
}

/** Merges the lines path -> content of many small parts: the new part first, then the old ones are removed. */
export async function compactFiles(root: string): Promise<void> {
  await compactAlone(filesFolder(root), () => mergeFiles(root));
}

/**
 * Small free parts with no other between them: the last line about a path counts, and one that is newer than some of
 * them and older than others would be overtaken.
 */
async function neighbours(root: string): Promise<string[]> {
  const free = new Set(await smallFreeParts(root, filesFolder(root), '.csv'));
  let run: string[] = [];
  for (const name of (await entriesOf(root, filesFolder(root))).files) {
    const file = path.join(filesFolder(root), name);
    if (!name.endsWith('.csv')) continue;
    if (free.has(file)) run.push(file);
    else if (run.length >= many) break;
    else run = [];
  }
  return run;
}

async function mergeFiles(root: string): Promise<void> {
  const files = await neighbours(root);
  if (files.length < many) return;
  const lines = new Map<string, FileLine>();
  for (const file of files) await readFileLines(file, (line) => lines.set(line.path, line));
  const writer = await FileMapWriter.create(root, timeOfPart(files.at(-1) ?? ''));
  try {
    writer.append([...lines.values()]);
  } finally {
    await writer.close();
  }
  await removeParts(files);
}

interface Source {
  readonly file: string;
  readonly head: PartHead;
  readonly lines: readonly IndexLine[];
}

/**
 * Merges many small parts of one label: the right rows into a new part first, then the old ones are removed. Parts
 * of another fingerprint stay as they are, and so do those of another runtime or version, whose head says so.
 */
export async function compactLabel(
  root: string,
  label: string,
  backbone: Pick<CachedBackbone, 'id' | 'fingerprint' | 'dimension'>,
): Promise<void> {
  const folder = labelFolder(root, backbone.id, label);
  await compactAlone(folder, () => mergeSmall(root, folder, backbone));
}

async function mergeSmall(
  root: string,
  folder: string,
  backbone: Pick<CachedBackbone, 'fingerprint' | 'dimension'>,
): Promise<void> {
  const groups = new Map<string, Source[]>();
  for (const file of await smallFreeParts(root, folder, '.npy')) {
    const index = await readIndex(
      indexBeside(file),
      (head) => head.fingerprint === backbone.fingerprint && head.dimension === backbone.dimension,
    );
    if (!index) continue;
    const kind = JSON.stringify(index.head);
    groups.set(kind, [...(groups.get(kind) ?? []), { file, ...index }]);
  }
  for (const sources of groups.values()) if (sources.length >= many) await merge(folder, sources);
}

async function merge(folder: string, sources: readonly Source[]): Promise<void> {
  const [first] = sources;
  if (!first) return;
  const { dimension } = first.head;
  const done = new Set<string>();
  const part = await PartWriter.create(folder, first.head);
  try {
    // the newest first: of a key that stands twice, its row is kept
    for (const { file, lines } of [...sources].reverse()) {
      const capacity = rowsIn((await lstat(file)).size, dimension);
      const keys: IndexLine[] = [];
      const values = new Float32Array(capacity * dimension);
      await readRows(
        file,
        dimension,
        lines.filter((line) => line.row < capacity),
        (line, read) => {
          const key = `${line.sha256}/${line.view}`;
          if (!read || done.has(key) || keys.length === capacity) return;
          done.add(key);
          values.set(read, keys.length * dimension);
          keys.push(line);
        },
      );
      if (keys.length > 0) part.append(keys, values.subarray(0, keys.length * dimension));
    }
  } finally {
    await part.close();
  }
  await removeParts(sources.map(({ file }) => file));
}
