import { lstat } from 'node:fs/promises';
import path from 'node:path';
import { systemCode, throwIfAborted } from '../base';
import type { Backbone } from '../backbones';
import type { Distortions } from '../images';
import { contentKey, sha256OfKey } from './content';
import { FileMap } from './fileMap';
import { KeyTable } from './keyTable';
import { backboneFolder, entriesOf } from './layout';
import { rowsIn } from './npyHeader';
import { indexBeside, readIndexRows, type IndexRows } from './partIndex';
import { Places, type Place } from './places';
import { readRows, type CheckedRow } from './rows';

/** What of a backbone the cache has to know. */
export type CachedBackbone = Pick<
  Backbone,
  'id' | 'fingerprint' | 'dimension' | 'cut' | 'normalisation' | 'input'
> & {
  /** Of values that were imported: the module that they are of. */
  readonly module?: string;
  /** Of values of views: what they are views by. */
  readonly views?: Distortions & { readonly version: number };
};

/** An image's content and the view of it; view 0 is the image as it is. */
export interface Key {
  readonly sha256: string;
  readonly view?: number;
}

/** How many folders or indexes are read at once. */
const readers = 16;

/**
 * The cached values of one backbone, and which content stood at which path. Opening and reading write nothing.
 * Parts whose head states another fingerprint (other weights, another decoder) are as if they were not there: they
 * keep their place under the backbone's id, and never mix with these.
 */
export class BottleneckCache {
  private places = new Places();
  private readonly damaged = new Set<string>();

  private constructor(
    readonly root: string,
    readonly backbone: CachedBackbone,
    /** path -> content */
    readonly fileMap: FileMap,
    /** Contents and views, numbered: `fileMap` and `places` go by the numbers. */
    private readonly table: KeyTable,
  ) {}

  static async open(root: string, backbone: CachedBackbone, signal?: AbortSignal): Promise<BottleneckCache> {
    const table = new KeyTable();
    const cache = new BottleneckCache(root, backbone, await FileMap.load(root, signal, table), table);
    await cache.load(signal);
    return cache;
  }

  /** How many contents have a number: each number is less. */
  get contents(): number {
    return this.table.size;
  }

  /** The number of the content that was found last at a path; undefined where none was. */
  contentAt(path: string): number | undefined {
    return this.fileMap.contentAt(path);
  }

  /** The sha256 of a content by its number. */
  sha256Of(content: number): string {
    return sha256OfKey(this.table.keyOf(content));
  }

  /** True if the values of a content, as it is, are there. */
  holds(content: number): boolean {
    return this.places.has(content);
  }

  /** True if a file has not changed since it was read, and its values are there: it need not be read. */
  isCurrent({ path, size, mtimeNs }: { path: string; size: number; mtimeNs: bigint }): boolean {
    const content = this.fileMap.currentContentAt(path, size, mtimeNs);
    return content !== undefined && this.places.has(content);
  }

  /** The sha256 of the file at `path` as the scan found it; undefined where it has to be read. */
  contentOf(path: string, size: number, mtimeNs: bigint): string | undefined {
    return this.fileMap.contentOf(path, size, mtimeNs);
  }

  has(sha256: string, view = 0): boolean {
    return this.placeOf({ sha256, view }) !== undefined;
  }

  /** The part and row that hold a key's values; they are not checked yet. */
  partOf(sha256: string, view = 0): { file: string; row: number } | undefined {
    const place = this.placeOf({ sha256, view });
    return place && { file: place.file, row: place.row };
  }

  /** A key's values [D]; undefined where they are absent or damaged, and then the key is no longer there. */
  async read(sha256: string, view = 0): Promise<Float32Array | undefined> {
    const { values, missing } = await this.readMany([{ sha256, view }]);
    return missing.length === 0 ? values : undefined;
  }

  /**
   * The values of many keys [n, D], in their order. Those absent or damaged are zeros, and are named by their
   * indices in `missing`; the cache has them no longer, so that they are computed again.
   * @param into where to write the values, zeros; of its own without
   */
  async readMany(
    keys: readonly Key[],
    { signal, into }: { signal?: AbortSignal | undefined; into?: Float32Array } = {},
  ): Promise<{ values: Float32Array; missing: number[] }> {
    const { dimension } = this.backbone;
    const values = into ?? new Float32Array(keys.length * dimension);
    let missing = [...keys.keys()];
    let reloaded = false;
    while (missing.length > 0) {
      const attempt = await this.readOnce(keys, missing, values, signal);
      missing = attempt.again;
      if (attempt.vanished && !reloaded) {
        // compacted meanwhile: the rows stand in another part now
        reloaded = true;
        await this.load(signal);
      } else if (!missing.some((index) => this.placeOf(keys[index]) !== undefined)) break;
    }
    return { values, missing };
  }

  /** Reads the keys `wanted` from the places known; those that failed there come back, that place forgotten. */
  private async readOnce(
    keys: readonly Key[],
    wanted: readonly number[],
    values: Float32Array,
    signal: AbortSignal | undefined,
  ): Promise<{ again: number[]; vanished: boolean }> {
    const { dimension } = this.backbone;
    const byFile = new Map<string, (Place & { index: number })[]>();
    const again: number[] = [];
    let vanished = false;
    for (const index of wanted) {
      const place = this.placeOf(keys[index]);
      if (!place) {
        again.push(index);
        continue;
      }
      const rows = byFile.get(place.file);
      if (rows) rows.push({ ...place, index });
      else byFile.set(place.file, [{ ...place, index }]);
    }
    for (const [file, rows] of byFile) {
      const left = new Set(rows);
      try {
        await readRows(
          file,
          dimension,
          rows,
          (row, read) => {
            if (!read) return;
            values.set(read, row.index * dimension);
            left.delete(row);
          },
          signal,
        );
      } catch (error) {
        throwIfAborted(signal);
        if (systemCode(error) === 'ENOENT') vanished = true;
      }
      for (const row of left) {
        this.damaged.add(`${row.file}#${row.row}`);
        this.places.forget(row);
        again.push(row.index);
      }
    }
    return { again, vanished };
  }

  private placeOf(key: Key | undefined): Place | undefined {
    const content = key && this.table.find(contentKey(key.sha256, key.view));
    return content === undefined ? undefined : this.places.of(content);
  }

  /** Makes a stored row known. The writer does. */
  add({ sha256, view }: Key, file: string, stored: CheckedRow): void {
    this.places.add(this.table.add(contentKey(sha256, view)), file, stored);
  }

  private async load(signal: AbortSignal | undefined): Promise<void> {
    this.places = new Places();
    const folder = backboneFolder(this.root, this.backbone.id);
    const labels = (await entriesOf(this.root, folder)).folders;
    const files: string[] = [];
    for (let start = 0; start < labels.length; start += readers) {
      throwIfAborted(signal);
      const group = labels.slice(start, start + readers).map((label) => path.join(folder, label));
      const listed = await Promise.all(group.map((label) => entriesOf(this.root, label)));
      for (const [i, { files: names }] of listed.entries())
        for (const name of names) if (name.endsWith('.npy')) files.push(path.join(group[i] ?? '', name));
    }
    // the newest last, which is then asked first; what is read ahead is added in this order
    files.sort((a, b) => (path.basename(a) < path.basename(b) ? -1 : 1));
    for (let start = 0; start < files.length; start += readers) {
      throwIfAborted(signal);
      const group = files.slice(start, start + readers);
      const indexes = await Promise.all(group.map((file) => this.rowsOf(file)));
      for (const { file, rows, capacity } of indexes)
        rows?.forEach((key, row) => {
          if (row.row >= capacity) return;
          if (this.damaged.size > 0 && this.damaged.has(`${file}#${row.row}`)) return;
          this.places.add(this.table.add(key), file, row);
        });
    }
  }

  /** The rows of a part that may be used, where they are inside the file: of this fingerprint, with a whole line. */
  private async rowsOf(
    file: string,
  ): Promise<{ file: string; rows?: IndexRows | undefined; capacity: number }> {
    const { dimension, fingerprint } = this.backbone;
    try {
      // sized first: rows that are appended while the index is read are not seen yet
      const stats = await lstat(file);
      if (!stats.isFile()) return { file, capacity: 0 };
      const rows = await readIndexRows(
        indexBeside(file),
        (head) => head.fingerprint === fingerprint && head.dimension === dimension,
      );
      return { file, rows, capacity: rowsIn(stats.size, dimension) };
    } catch {
      return { file, capacity: 0 };
    }
  }
}

/** Opens a cache to read it; where there is none yet it is empty. @throws an AbortError after `signal` */
export async function openCache(
  root: string,
  backbone: CachedBackbone,
  { signal }: { signal?: AbortSignal | undefined } = {},
): Promise<BottleneckCache> {
  return BottleneckCache.open(root, backbone, signal);
}
