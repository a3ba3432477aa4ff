import { describeBackbone } from './backboneFile';
import type { BottleneckCache } from './cache';
import { compactFiles, compactLabel } from './compaction';
import { FileMapWriter, trustedTime, type FileLine } from './fileMap';
import { createIn, labelFolder, unwritable } from './layout';
import { PartWriter, type RowKey } from './partWriter';

/** Parts kept open at once: each takes three of the few files a process may have open. */
const openParts = 8;

/** What was found when a file was read. */
export interface FoundFile {
  readonly path: string;
  readonly size: number;
  readonly mtimeNs: bigint;
  readonly sha256: string;
  /** When reading it began, in milliseconds. */
  readonly readAt: number;
}

/**
 * Appends to a cache: each writer to parts of its own, so any number of processes fill one cache. It creates nothing
 * before there is something to write. Close it in any case.
 */
export class CacheWriter {
  private readonly parts = new Map<string, PartWriter>();
  private readonly labels = new Set<string>();
  private files: FileMapWriter | undefined;
  private found: FoundFile[] = [];

  constructor(
    private readonly cache: BottleneckCache,
    /** What computed the values. */
    private readonly runtime: { readonly id: string; readonly version: string },
  ) {}

  /**
   * Stores rows under the label their images have now.
   * @param values [keys.length, D], finite
   * @throws CACHE_UNWRITABLE; what was stored before stays
   */
  async append(label: string, keys: readonly RowKey[], values: Float32Array): Promise<void> {
    try {
      const part = await this.partFor(label);
      try {
        const stored = part.append(keys, values);
        for (const [i, row] of stored.entries()) {
          const key = keys[i];
          if (key) this.cache.add(key, part.file, row);
        }
      } catch (error) {
        this.parts.delete(label);
        await part.close().catch(() => undefined);
        throw error;
      }
    } catch (error) {
      throw unwritable(this.cache.root, error);
    }
  }

  private async partFor(label: string): Promise<PartWriter> {
    const known = this.parts.get(label);
    if (known?.usable) return known;
    if (known) await this.closePart(label, known);
    for (const [oldest, part] of this.parts) {
      if (this.parts.size < openParts) break;
      await this.closePart(oldest, part);
    }
    const { root, backbone } = this.cache;
    const folder = labelFolder(root, backbone.id, label);
    const { fingerprint, dimension } = backbone;
    const head = { runtime: this.runtime.id, version: this.runtime.version, dimension, fingerprint, label };
    const part = await createIn(root, folder, async () => {
      if (this.labels.size === 0) await describeBackbone(root, backbone);
      return PartWriter.create(folder, head);
    });
    this.labels.add(label);
    this.parts.set(label, part);
    return part;
  }

  private async closePart(label: string, part: PartWriter): Promise<void> {
    this.parts.delete(label);
    await part.close();
  }

  /** Remembers what stands at a path; written at the next `flush`. */
  noteFile(found: FoundFile): void {
    this.found.push(found);
  }

  /** Writes what `noteFile` was told. @throws CACHE_UNWRITABLE */
  async flush(): Promise<void> {
    const found = this.found;
    this.found = [];
    const { fileMap, root } = this.cache;
    try {
      const lines: FileLine[] = [];
      for (const { path, size, mtimeNs, sha256, readAt } of found) {
        const known = fileMap.get(path);
        const young = { path, size, mtime: trustedTime(mtimeNs, readAt), sha256 };
        if (young.mtime === '' && known?.mtime === '' && known.sha256 === sha256 && known.size === size)
          continue;
        if (this.files?.usable === false) await this.closeFiles();
        this.files ??= await FileMapWriter.create(root);
        // a file server whose clock is behind ours dates files too early
        const line = { ...young, mtime: trustedTime(mtimeNs, readAt + Math.min(0, this.files.clockSkew)) };
        lines.push(line);
        fileMap.set(line);
      }
      if (lines.length > 0) this.files?.append(lines);
    } catch (error) {
      throw unwritable(root, error);
    }
  }

  private async closeFiles(): Promise<void> {
    const files = this.files;
    this.files = undefined;
    await files?.close();
  }

  /** Seals the parts, and merges small sealed ones where they have become many. @throws CACHE_UNWRITABLE */
  async close(): Promise<void> {
    const { root, backbone } = this.cache;
    const failures: unknown[] = [];
    const attempt = (action: Promise<void>) => action.catch((error: unknown) => void failures.push(error));
    if (this.found.length > 0) await attempt(this.flush());
    const wrote = this.files !== undefined;
    await attempt(this.closeFiles());
    for (const [label, part] of [...this.parts]) await attempt(this.closePart(label, part));
    if (failures.length > 0) throw unwritable(root, failures[0]);
    // what fails here costs nothing but the order of the folder
    if (wrote) await compactFiles(root).catch(() => undefined);
    for (const label of this.labels) await compactLabel(root, label, backbone).catch(() => undefined);
  }
}
