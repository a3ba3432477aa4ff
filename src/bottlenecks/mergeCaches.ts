import { lstat } from 'node:fs/promises';
import path from 'node:path';
import { isAbort, throwIfAborted, type Report } from '../base';
import { copyDescription, describedBackbone } from './backboneFile';
import { compactLabel } from './compaction';
import { folderName } from './folderName';
import { entriesOf, labelFolder, makeFolders, unwritable } from './layout';
import { rowsIn } from './npyHeader';
import { indexBeside, readIndexHead } from './partIndex';
import { eachRow, RowCopy, type ReadablePart } from './rowCopy';
import { partsOfBackbone } from './staleRows';

/** What became of the rows of one backbone's values in one cache. */
export interface MergedBackbone {
  readonly id: string;
  readonly taken: number;
  /** Rows whose key was there already. */
  readonly present: number;
  /** Rows that are damaged, and were left. */
  readonly damaged: number;
  /** Parts of which nothing could be read: their index is gone, damaged, or of another format. */
  readonly unreadableParts: number;
}

export interface MergeOptions {
  readonly signal?: AbortSignal | undefined;
  /** Told the parts read, of `of`. */
  readonly report?: Report<{ readonly done: number; readonly of: number }> | undefined;
}

/**
 * Takes into the cache `into` every row of the cache `from` that is right and not there yet, under the same
 * backbone, fingerprint and label. Lines about paths are not taken: where the files of `into` are the same, they
 * are read once more, which computes nothing.
 * @throws CACHE_UNWRITABLE; an AbortError after `signal`; what was taken before stays
 */
export async function mergeCache(
  from: string,
  into: string,
  { signal, report }: MergeOptions = {},
): Promise<MergedBackbone[]> {
  const merged: MergedBackbone[] = [];
  for (const id of await backbonesOf(from)) {
    const merge = new BackboneMerge(from, into, id);
    const seen = new Set<string>();
    try {
      // again until there is nothing new: the cache may be compacted meanwhile
      for (;;) {
        const parts = (await partsOfBackbone(from, id)).filter((file) => !seen.has(file));
        if (parts.length === 0) break;
        for (const part of parts) {
          throwIfAborted(signal);
          seen.add(part);
          await merge.take(part, signal);
          report?.({ done: seen.size, of: seen.size + parts.length - parts.indexOf(part) - 1 });
        }
      }
    } finally {
      await merge.close();
    }
    merged.push(merge.outcome());
  }
  return merged;
}

/** The backbones whose values a cache has, by their ids. */
async function backbonesOf(root: string): Promise<string[]> {
  const versions = path.join(root, 'v1');
  const ids: string[] = [];
  for (const name of (await entriesOf(root, versions)).folders) {
    if (name === 'files') continue;
    const { id } = await describedBackbone(path.join(versions, name));
    // under a folder whose name is no id's, nothing is ever looked for
    if (folderName(id) === name) ids.push(id);
  }
  return ids;
}

/** The rows of one backbone on their way from one cache into another. */
class BackboneMerge {
  private readonly counts = { taken: 0, present: 0, damaged: 0, unreadableParts: 0 };
  /** `sha256/view` of the right rows that `into` has, by fingerprint and dimension. */
  private readonly present = new Map<string, Set<string>>();
  private readonly labels = new Map<string, { label: string; fingerprint: string; dimension: number }>();
  private copy: { kind: string; rows: RowCopy } | undefined;

  constructor(
    private readonly from: string,
    private readonly into: string,
    private readonly id: string,
  ) {}

  async take(file: string, signal: AbortSignal | undefined): Promise<void> {
    try {
      const part = await readable(file);
      if (part) await this.takePart(part, signal);
      else if (await isThere(file)) this.counts.unreadableParts++;
    } catch (error) {
      // compacted away in this moment: its rows stand in another part
      if (await isThere(file)) throw unwritable(this.into, error);
    }
  }

  private async takePart(part: ReadablePart, signal: AbortSignal | undefined): Promise<void> {
    const present = await this.presentKeys(part, signal);
    const copy = await this.copyFor(part);
    const isNew = ({ sha256, view }: { sha256: string; view: number }) => {
      const there = present.has(`${sha256}/${view}`);
      if (there) this.counts.present++;
      return !there;
    };
    const accept = (line: { sha256: string; view: number }) => {
      if (!isNew(line)) return false;
      present.add(`${line.sha256}/${line.view}`);
      return true;
    };
    const { copied, damaged } = await copy.take(part, { asked: isNew, accept }, signal);
    this.counts.taken += copied;
    this.counts.damaged += damaged;
  }

  private async presentKeys({ head }: ReadablePart, signal: AbortSignal | undefined): Promise<Set<string>> {
    const kind = `${head.fingerprint}/${head.dimension}`;
    const known = this.present.get(kind);
    if (known) return known;
    const keys = new Set<string>();
    for (const file of await partsOfBackbone(this.into, this.id)) {
      const part = await readable(file);
      if (!part || part.head.fingerprint !== head.fingerprint || part.head.dimension !== head.dimension)
        continue;
      const take = ({ sha256, view }: { sha256: string; view: number }, values: Float32Array | undefined) => {
        if (values) keys.add(`${sha256}/${view}`);
      };
      try {
        await eachRow(part, { asked: () => true, take }, signal);
      } catch (error) {
        if (isAbort(error)) throw error;
        // compacted away in this moment; a row taken twice costs room, until the next time
      }
    }
    this.present.set(kind, keys);
    return keys;
  }

  private async copyFor({ head }: ReadablePart): Promise<RowCopy> {
    const kind = JSON.stringify(head);
    if (this.copy?.kind === kind) return this.copy.rows;
    await this.copy?.rows.close();
    this.copy = undefined;
    const { label, fingerprint, dimension } = head;
    const rows = new RowCopy(async () => {
      const folder = labelFolder(this.into, this.id, label);
      await makeFolders(this.into, folder);
      // tells a person what the values are; nothing depends on it
      await copyDescription(this.from, this.into, this.id).catch(() => undefined);
      this.labels.set(kind, { label, fingerprint, dimension });
      return folder;
    }, head);
    this.copy = { kind, rows };
    return rows;
  }

  async close(): Promise<void> {
    const { copy } = this;
    this.copy = undefined;
    await copy?.rows.close().catch((error: unknown) => {
      throw unwritable(this.into, error);
    });
    for (const { label, fingerprint, dimension } of this.labels.values())
      await compactLabel(this.into, label, { id: this.id, fingerprint, dimension }).catch(() => undefined);
  }

  outcome(): MergedBackbone {
    return { id: this.id, ...this.counts };
  }
}

async function isThere(file: string): Promise<boolean> {
  return lstat(file).then(
    () => true,
    () => false,
  );
}

async function readable(file: string): Promise<ReadablePart | undefined> {
  try {
    const { size } = await lstat(file);
    const read = await readIndexHead(indexBeside(file));
    if (read.kind !== 'whole') return undefined;
    return { file, rows: rowsIn(size, read.head.dimension), head: read.head };
  } catch {
    return undefined;
  }
}
