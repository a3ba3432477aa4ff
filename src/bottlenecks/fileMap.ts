import { open, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { throwIfAborted } from '../base';
import { contentKey, sha256OfKey } from './content';
import { selfCheckedFields, selfCheckedLine } from './csv';
import { KeyTable, withRoom } from './keyTable';
import { createIn, entriesOf, filesFolder, isPathInside, newPartId } from './layout';
import { Lease } from './lease';
import { linesOf, openToRead, writeAll } from './lines';
import { decimal, plainLine, readSha256 } from './plainLine';

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
  if (!isPathInside(path) || !/^\d{1,15}$/.test(size) || !/^(-?\d{1,20})?$/.test(mtime)) return undefined;
  return /^[0-9a-f]{64}$/.test(sha256) ? { path, size: Number(size), mtime, sha256 } : undefined;
}

/** Reads one part of the map, damaged lines left out; nothing where it is gone. */
export async function readFileLines(file: string, take: (line: FileLine) => void): Promise<void> {
  await eachLine(file, (line) => {
    const parsed = parseFileLine(line);
    if (parsed) take(parsed);
  });
}

async function eachLine(file: string, take: (line: Buffer) => void): Promise<void> {
  try {
    const handle = await openToRead(file);
    try {
      for await (const chunk of linesOf(handle)) for (const line of chunk) take(line);
    } finally {
      await handle.close();
    }
  } catch {
    // compacted away, or not readable: its files are read again
  }
}

/** No time: the file was too young. */
const noTime = -(2n ** 63n);

/**
 * The map path -> content. The last line about a path counts. It may have millions of lines, so they are packed: with
 * the table of contents, which the cache shares, about 120 bytes each.
 */
export class FileMap {
  private readonly paths = new KeyTable();
  private sizes = new Float64Array(16);
  private times = new BigInt64Array(16);
  private contents = new Uint32Array(16);

  constructor(private readonly table = new KeyTable()) {}

  static async load(root: string, signal?: AbortSignal, table = new KeyTable()): Promise<FileMap> {
    const map = new FileMap(table);
    const folder = filesFolder(root);
    for (const name of (await entriesOf(root, folder)).files) {
      throwIfAborted(signal);
      if (!name.endsWith('.csv')) continue;
      await eachLine(path.join(folder, name), (line) => {
        if (map.setPlain(line)) return;
        const parsed = parseFileLine(line);
        if (parsed) map.set(parsed);
      });
    }
    return map;
  }

  get(path: string): FileLine | undefined {
    const index = this.paths.find(pathKey(path));
    return index === undefined ? undefined : this.lineAt(index);
  }

  set(line: FileLine): void {
    const time = line.mtime === '' ? noTime : BigInt(line.mtime);
    // what 64 bits cannot hold no file has
    const mtime = BigInt.asIntN(64, time) === time ? time : noTime;
    this.put(pathKey(line.path), line.size, mtime, contentKey(line.sha256));
  }

  /** All lines, made anew for each that asks. */
  *all(): Generator<FileLine, void, undefined> {
    for (let index = 0; index < this.paths.size; index++) yield this.lineAt(index);
  }

  /** The sha256 of a file that has not changed since its line was written; undefined where it may have. */
  contentOf(path: string, size: number, mtimeNs: bigint): string | undefined {
    const content = this.currentContentAt(path, size, mtimeNs);
    return content === undefined ? undefined : sha256OfKey(this.table.keyOf(content));
  }

  /** The same, as the content's number in the table. */
  currentContentAt(path: string, size: number, mtimeNs: bigint): number | undefined {
    const index = this.paths.find(pathKey(path));
    if (index === undefined || this.sizes[index] !== size || mtimeNs === noTime) return undefined;
    return this.times[index] === mtimeNs ? this.contents[index] : undefined;
  }

  /** The number of the content that was found last at a path. */
  contentAt(path: string): number | undefined {
    const index = this.paths.find(pathKey(path));
    return index === undefined ? undefined : this.contents[index];
  }

  private put(key: Uint8Array, size: number, mtime: bigint, content: Uint8Array): void {
    const index = this.paths.add(key);
    this.sizes = withRoom(this.sizes, index + 1);
    this.times = withRoom(this.times, index + 1);
    this.contents = withRoom(this.contents, index + 1);
    this.sizes[index] = size;
    this.times[index] = mtime;
    this.contents[index] = this.table.add(content);
  }

  /** Takes over a line as it stands in the file; false where it is not plain, or damaged. */
  private setPlain(line: Buffer): boolean {
    const plain = plainLine(line, 4);
    if (plain === undefined || plain.crc !== plain.checksum) return false;
    const [, sizeAt = 0, timeAt = 0, shaAt = 0] = plain.starts;
    const size = decimal(line, sizeAt, timeAt - 1);
    const time = line.toString('latin1', timeAt, shaAt - 1);
    // 19 digits reach to the year 2286, and into 64 bits
    if (size === undefined || !/^(?:[1-8]?\d{1,18})?$/.test(time)) return false;
    if (!readSha256(line, shaAt, plain.comma, sha)) return false;
    const path = line.subarray(0, sizeAt - 1);
    if (!isPlainPath(path)) return false;
    this.put(path, size, time === '' ? noTime : BigInt(time), sha);
    return true;
  }

  private lineAt(index: number): FileLine {
    const time = this.times[index];
    return {
      path: pathOf(this.paths.keyOf(index)),
      size: this.sizes[index] ?? 0,
      mtime: time === undefined || time === noTime ? '' : String(time),
      sha256: sha256OfKey(this.table.keyOf(this.contents[index] ?? 0)),
    };
  }
}

/** True for most paths that are inside; of another this says nothing. */
function isPlainPath(path: Uint8Array): boolean {
  if (path.length === 0 || path[0] === 0x2f) return false;
  for (let i = 0, before = 0; i < path.length; i++) {
    const byte = path[i] as number;
    if (byte === 0 || (byte === 0x2e && before === 0x2e)) return false;
    before = byte;
  }
  return true;
}

/** For the sha256 of one line at a time. */
const sha = new Uint8Array(32);

/** A path as a key: its bytes where it is ASCII, else a byte no such path begins with, and its UTF-16 code units. */
function pathKey(path: string): Uint8Array {
  for (let i = 0; i < path.length; i++)
    if (path.charCodeAt(i) > 0x7e) return Buffer.concat([Buffer.of(0xff), Buffer.from(path, 'utf16le')]);
  return Buffer.from(path, 'latin1');
}

function pathOf(key: Uint8Array): string {
  const bytes = Buffer.from(key.buffer, key.byteOffset, key.byteLength);
  return key[0] === 0xff ? bytes.toString('utf16le', 1) : bytes.toString('latin1');
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
      writer.write(columns);
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

  private write(text: string): void {
    const bytes = Buffer.from(text);
    writeAll(this.handle, bytes, this.size);
    this.size += bytes.length;
  }

  append(lines: readonly FileLine[]): void {
    this.write(
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
