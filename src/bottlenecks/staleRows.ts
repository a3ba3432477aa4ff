import { lstat } from 'node:fs/promises';
import path from 'node:path';
import { throwIfAborted } from '../base';
import type { CachedBackbone } from './cache';
import { leaseBeside, removeParts } from './compaction';
import { backboneFolder, entriesOf } from './layout';
import { isFree } from './lease';
import { rowsIn } from './npyHeader';
import { indexBeside, readIndex, readIndexHead, type IndexLine, type PartHead } from './partIndex';
import { PartWriter } from './partWriter';
import { readRows } from './rows';

/** Bytes of values that are carried over at once. */
const chunk = 2 ** 22;
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
  wanted: ReadonlySet<string>,
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
  for (const group of groups.values()) await rewrite(group, signal);
}

/** What of a part is right, wanted, and in no newer part: the numbers of these rows. */
interface Judged extends Candidate {
  readonly kept: ReadonlySet<number>;
}

async function judge(
  part: Candidate,
  wanted: ReadonlySet<string>,
  done: Set<string>,
  signal: AbortSignal | undefined,
): Promise<Judged> {
  const kept = new Set<number>();
  await eachRow(
    part,
    ({ sha256, view }) => wanted.has(sha256) && !done.has(`${sha256}/${view}`),
    ({ row, sha256, view }) => {
      const key = `${sha256}/${view}`;
      if (done.has(key)) return;
      done.add(key);
      kept.add(row);
    },
    () => Promise.resolve(),
    signal,
  );
  return { ...part, kept };
}

/**
 * Reads the rows of a part whose lines are `asked` for, a few megabytes at a time; those that are right are `taken`,
 * and after each time it waits for `rest`.
 */
async function eachRow(
  { file, rows, head }: Candidate,
  asked: (line: IndexLine) => boolean,
  taken: (line: IndexLine, values: Float32Array) => void,
  rest: () => Promise<void>,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (!head) return;
  const index = await readIndex(indexBeside(file));
  if (!index) throw new Error(`${file} has no index any more`);
  const lines = index.lines.filter((line) => line.row < rows && asked(line));
  lines.sort((a, b) => a.row - b.row);
  const perChunk = Math.max(1, Math.floor(chunk / (4 * head.dimension)));
  for (let start = 0; start < lines.length; start += perChunk) {
    throwIfAborted(signal);
    const some = lines.slice(start, start + perChunk);
    await readRows(file, head.dimension, some, (line, values) => {
      if (values) taken(line, values);
    });
    await rest();
  }
}

/** Writes what is kept of some parts of one label and head into new ones, then removes them. */
async function rewrite(parts: readonly Judged[], signal: AbortSignal | undefined): Promise<void> {
  const [first] = parts;
  if (!first) return;
  const copy = new Copy(path.dirname(first.file), first.head);
  const copied: string[] = [];
  try {
    for (const part of parts) if ((await copy.take(part, signal)) === part.kept.size) copied.push(part.file);
    await copy.close();
  } catch (error) {
    await copy.discard();
    throw error;
  }
  await removeParts(copied);
}

/** New parts that are being filled with rows of old ones. */
class Copy {
  private readonly room: Float32Array;
  private writer: PartWriter | undefined;

  constructor(
    private readonly folder: string,
    private readonly head: PartHead | undefined,
  ) {
    const dimension = head?.dimension ?? 1;
    this.room = new Float32Array(Math.max(1, Math.floor(chunk / (4 * dimension))) * dimension);
  }

  /** Copies the rows of a part that are to be kept, and says how many were still right. */
  async take(part: Judged, signal: AbortSignal | undefined): Promise<number> {
    let copied = 0;
    let lines: IndexLine[] = [];
    const { dimension = 0 } = this.head ?? {};
    await eachRow(
      part,
      ({ row }) => part.kept.has(row),
      (line, values) => {
        this.room.set(values, lines.length * dimension);
        lines.push(line);
      },
      async () => {
        const values = this.room.subarray(0, lines.length * dimension);
        if (lines.length > 0) await (await this.part()).append(lines, values);
        copied += lines.length;
        lines = [];
      },
      signal,
    );
    return copied;
  }

  private async part(): Promise<PartWriter> {
    if (this.writer?.usable === false) await this.close();
    if (!this.head) throw new Error('nothing can be copied without a head');
    return (this.writer ??= await PartWriter.create(this.folder, this.head));
  }

  async close(): Promise<void> {
    const { writer } = this;
    this.writer = undefined;
    await writer?.close();
  }

  /** Leaves no half of a copy behind, as when the disk is full. */
  async discard(): Promise<void> {
    await this.writer?.discard().catch(() => undefined);
  }
}
