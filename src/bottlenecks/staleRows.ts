import { lstat } from 'node:fs/promises';
import path from 'node:path';
import { throwIfAborted } from '../base';
import type { CachedBackbone } from './cache';
import { leaseBeside, removeParts } from './compaction';
import { compactAlone } from './compactionLease';
import { backboneFolder, entriesOf } from './layout';
import { isFree } from './lease';
import { rowsIn } from './npyHeader';
import { indexBeside, readIndexHead, type PartHead } from './partIndex';
import { eachRow, RowCopy } from './rowCopy';

/** A part this small is written anew for a single stale row; a larger one when more than a quarter of it is stale. */
const small = 4 * 2 ** 20;

/** Whether stale rows or lines outweigh a quarter of all. */
export function outweighs(stale: number, all: number): boolean {
  return stale * 4 > all;
}

/** The matrices of a backbone. */
export async function partsOfBackbone(root: string, id: string): Promise<string[]> {
  const folder = backboneFolder(root, id);
  const parts: string[] = [];
  for (const label of (await entriesOf(root, folder)).folders)
    for (const name of (await entriesOf(root, path.join(folder, label))).files)
      if (name.endsWith('.npy')) parts.push(path.join(folder, label, name));
  return parts;
}

/** A part that may be compacted: no process writes it, and no other fingerprint's values are in it. */
interface Candidate {
  readonly file: string;
  readonly bytes: number;
  /** Rows that the matrix has room for, whether or not a line says what is in them. */
  readonly rows: number;
  /** Undefined where nothing can be read any more: the index is gone, or its head is damaged. */
  readonly head: PartHead | undefined;
}

async function candidate(file: string, backbone: CachedBackbone): Promise<Candidate | undefined> {
  try {
    if (!(await isFree(leaseBeside(file)))) return undefined;
    const { size } = await lstat(file);
    const read = await readIndexHead(indexBeside(file));
    if (read.kind === 'foreign') return undefined;
    const head = read.kind === 'whole' ? read.head : undefined;
    if (head && (head.fingerprint !== backbone.fingerprint || head.dimension !== backbone.dimension))
      return undefined;
    return { file, bytes: size, rows: Math.max(head ? 0 : 1, rowsIn(size, backbone.dimension)), head };
  } catch {
    return undefined; // compacted by another process
  }
}

/**
 * Removes the rows of a backbone that no image of the dataset needs any more (deleted, changed), that stand in a
 * newer part as well, or that are damaged, once they outweigh a quarter of its rows. What is right and wanted is
 * written into new parts first, then the old ones are removed. A part that another process writes is left alone.
 * @param parts those that were there before the dataset was scanned: of others the scan can say nothing
 * @param wanted the contents of all images of the dataset
 * @param live how many of them should stand in these parts; so it need not be counted where nothing is to be done
 */
export async function compactStaleRows(
  backbone: CachedBackbone,
  parts: readonly string[],
  wanted: Pick<ReadonlySet<string>, 'has'>,
  live: number,
  signal?: AbortSignal,
): Promise<void> {
  const candidates: Candidate[] = [];
  for (const file of parts) {
    throwIfAborted(signal);
    const found = await candidate(file, backbone);
    if (found) candidates.push(found);
  }
  const all = candidates.reduce((sum, { rows }) => sum + rows, 0);
  if (!outweighs(all - live, all)) return;
  // the newest first: of a key that stands twice, its row is kept
  candidates.sort((a, b) => (path.basename(a.file) < path.basename(b.file) ? 1 : -1));
  const done = new Set<string>();
  const judged: Judged[] = [];
  for (const part of candidates) judged.push(await judge(part, wanted, done, signal));
  const stale = judged.reduce((sum, { rows, kept }) => sum + rows - kept.size, 0);
  if (!outweighs(stale, all)) return;
  const groups = new Map<string, Judged[]>();
  for (const part of judged) {
    const lost = part.rows - part.kept.size;
    if (lost === 0 || (part.bytes >= small && !outweighs(lost, part.rows))) continue;
    const kind = JSON.stringify([path.dirname(part.file), part.head]);
    groups.set(kind, [part, ...(groups.get(kind) ?? [])]);
  }
  for (const group of groups.values()) {
    const folder = path.dirname(group[0]?.file ?? '');
    await compactAlone(folder, () => rewrite(group, signal));
  }
}

/** What of a part is right, wanted, and in no newer part: the numbers of these rows. */
interface Judged extends Candidate {
  readonly kept: ReadonlySet<number>;
}

async function judge(
  part: Candidate,
  wanted: Pick<ReadonlySet<string>, 'has'>,
  done: Set<string>,
  signal: AbortSignal | undefined,
): Promise<Judged> {
  const kept = new Set<number>();
  const { head } = part;
  if (head)
    await eachRow(
      { ...part, head },
      {
        asked: ({ sha256, view }) => wanted.has(sha256) && !done.has(`${sha256}/${view}`),
        take: ({ row, sha256, view }, values) => {
          const key = `${sha256}/${view}`;
          if (!values || done.has(key)) return;
          done.add(key);
          kept.add(row);
        },
      },
      signal,
    );
  return { ...part, kept };
}

/** Writes what is kept of some parts of one label and head into new ones, then removes them. */
async function rewrite(parts: readonly Judged[], signal: AbortSignal | undefined): Promise<void> {
  const { head, file = '' } = parts[0] ?? {};
  const copied = head
    ? await copyKept(parts, new RowCopy(() => Promise.resolve(path.dirname(file)), head), head, signal)
    : parts.map((part) => part.file);
  await removeParts(copied);
}

/** Copies what is kept. @returns the parts of which everything was */
async function copyKept(
  parts: readonly Judged[],
  copy: RowCopy,
  head: PartHead,
  signal: AbortSignal | undefined,
): Promise<string[]> {
  const whole: string[] = [];
  try {
    for (const part of parts) {
      const { copied } = await copy.take(
        { ...part, head },
        { asked: ({ row }) => part.kept.has(row) },
        signal,
      );
      if (copied === part.kept.size) whole.push(part.file);
    }
    await copy.close();
    return whole;
  } catch (error) {
    await copy.discard();
    throw error;
  }
}
