import { open, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { throwIfAborted } from '../base';
import { selfCheckedFields, selfCheckedLine } from './csv';
import { createIn, entriesOf, filesFolder, isPathInside, newPartId } from './layout';
import { Lease } from './lease';
import { linesOf, openToRead, writeAll } from './lines';

/** What was last found at a path. */
export interface FileLine {
  readonly path: string;
  readonly size: number;
  /** Nanoseconds; empty where the file was too young to be told from a later one of the same time. */
  readonly mtime: string;
  readonly sha256: string;
}

const columns = 'path,size,mtime,sha256,crc\n';

/** The coarsest step of a file's time that is still met (FAT). */
const coarsest = 2000;

/**
 * The time to write into a file's line: none where the file may yet change without its time changing, since it was
 * modified in the very moment it was read (git's rule for racy entries), or will be in the future.
 * @param readAt when reading it began, milliseconds
 */
export function trustedTime(mtimeNs: bigint, readAt: number): string {
  return Number(mtimeNs / 1_000_000n) < readAt - coarsest ? String(mtimeNs) : '';
}

function parseFileLine(line: Buffer): FileLine | undefined {
  const fields = selfCheckedFields(line);
  if (fields?.length !== 4) return undefined;
  const [path = '', size = '', mtime = '', sha256 = ''] = fields;
  if (!isPathInside(path) || !/^\d{1,15}$/.test(size) || !/^-?\d{0,20}$/.test(mtime)) return undefined;
  return /^[0-9a-f]{64}$/.test(sha256) ? { path, size: Number(size), mtime, sha256 } : undefined;
}

/** Reads one part of the map, damaged lines left out; nothing where it is gone. */
export async function readFileLines(file: string, take: (line: FileLine) => void): Promise<void> {
  try {
    const handle = await openToRead(file);
    try {
      for await (const chunk of linesOf(handle)) {
        for (const line of chunk) {
          const parsed = parseFileLine(line);
          if (parsed) take(parsed);
        }
      }
    } finally {
      await handle.close();
    }
  } catch {
    // compacted away, or not readable: its files are read again
  }
}

/** The map path -> content. The last line about a path counts. */
export class FileMap {
  private readonly lines = new Map<string, FileLine>();

  static async load(root: string, signal?: AbortSignal): Promise<FileMap> {
    const map = new FileMap();
    const folder = filesFolder(root);
    for (const name of (await entriesOf(root, folder)).files) {
      throwIfAborted(signal);
      if (name.endsWith('.csv')) await readFileLines(path.join(folder, name), (line) => map.set(line));
    }
    return map;
  }

  get(path: string): FileLine | undefined {
    return this.lines.get(path);
  }

  set(line: FileLine): void {
    this.lines.set(line.path, line);
  }

  all(): IterableIterator<FileLine> {
    return this.lines.values();
  }

  /** The sha256 of a file that has not changed since its line was written; undefined where it may have. */
  contentOf(path: string, size: number, mtimeNs: bigint): string | undefined {
    const line = this.lines.get(path);
    return line?.size === size && line.mtime !== '' && line.mtime === String(mtimeNs)
      ? line.sha256
      : undefined;
  }
}

/** One part of the map being written. */
export class FileMapWriter {
  private size = 0;

  private constructor(
    private readonly lease: Lease,
    private readonly handle: FileHandle,
  ) {}

  /**
   * @param time where the part stands in the order of all: now, but for one that takes the place of older ones
   * @throws CACHE_UNWRITABLE, or the system's error
   */
  static async create(root: string, time = Date.now()): Promise<FileMapWriter> {
    const folder = filesFolder(root);
    return createIn(root, folder, () => FileMapWriter.createPart(path.join(folder, newPartId(time))));
  }

  private static async createPart(base: string): Promise<FileMapWriter> {
    const lease = await Lease.take(`${base}.lease`);
    let handle: FileHandle | undefined;
    try {
      handle = await open(`${base}.csv`, 'wx');
      const writer = new FileMapWriter(lease, handle);
      await writer.write(columns);
      return writer;
    } catch (error) {
      await handle?.close();
      await lease.release();
      throw error;
    }
  }

  /** False once another process took the part for abandoned. */
  get usable(): boolean {
    return !this.lease.lost;
  }

  /** How far the file system's clock is ahead of this machine's, in milliseconds. */
  get clockSkew(): number {
    return this.lease.clockSkew;
  }

  private async write(text: string): Promise<void> {
    const bytes = Buffer.from(text);
    await writeAll(this.handle, bytes, this.size);
    this.size += bytes.length;
  }

  async append(lines: readonly FileLine[]): Promise<void> {
    await this.write(
      lines.map((line) => selfCheckedLine([line.path, line.size, line.mtime, line.sha256])).join(''),
    );
  }

  /** Brings the lines to the disk and seals the part. */
  async close(): Promise<void> {
    try {
      await this.handle.datasync();
    } finally {
      await this.handle.close();
      await this.lease.release();
    }
  }
}
