import type { FileHandle } from 'node:fs/promises';
import { systemCode } from '../base';
import { contentKey } from './content';
import { checksumLine, csvLine, selfCheckedFields, selfCheckedLine, checksumText } from './csv';
import { crc32 } from './checksum';
import { withRoom } from './keyTable';
import { linesOf, openToRead } from './lines';
import { largestDimension } from './npyHeader';
import { decimal, plainLine, readSha256 } from './plainLine';
import type { CheckedRow } from './rows';

/** What the first line of a part's index says. */
export interface PartHead {
  readonly runtime: string;
  readonly version: string;
  readonly dimension: number;
  readonly fingerprint: string;
  readonly label: string;
}

/** A line of a part's index: which image and view a row holds. */
export interface IndexLine {
  readonly row: number;
  readonly sha256: string;
  readonly view: number;
  /** Where the image stood when the row was computed; shown, never opened unchecked. */
  readonly path: string;
  /** CRC of the line up to its checksum; continued over the row's bytes it must give `checksum`. */
  readonly crc: number;
  readonly checksum: number;
}

const title = 'retrain bottlenecks';
const format = '1';
const ours = `${title},${format},`;

/** The first two lines of an index: the head, and the names of the columns below it. */
export function indexHead(head: PartHead): string {
  const { runtime, version, dimension, fingerprint, label } = head;
  return `${selfCheckedLine([title, format, runtime, version, dimension, fingerprint, label])}row,sha256,view,path,crc\n`;
}

/** The line of a row with these bytes: the CRC at its end is taken over the line before it, then over the bytes. */
export function indexLine(
  row: number,
  key: { sha256: string; view: number; path: string },
  bytes: Uint8Array,
) {
  const text = csvLine([row, key.sha256, key.view, key.path]);
  const crc = crc32(Buffer.from(text));
  const checksum = crc32(bytes, crc);
  return { text: `${text},${checksumText(checksum)}\n`, crc, checksum };
}

function parseHead(line: Buffer): PartHead | undefined {
  const fields = selfCheckedFields(line);
  if (fields?.length !== 7 || fields[0] !== title || fields[1] !== format) return undefined;
  const [, , runtime = '', version = '', size = '', fingerprint = '', label = ''] = fields;
  const dimension = /^[1-9]\d{0,6}$/.test(size) ? Number(size) : 0;
  if (dimension === 0 || dimension > largestDimension) return undefined;
  return { runtime, version, dimension, fingerprint, label };
}

/** A plain line, but for its path; undefined for any other, which says nothing of whether it is right. */
function plainRow(line: Buffer) {
  const plain = plainLine(line, 4);
  if (plain === undefined) return undefined;
  const [, shaAt = 0, viewAt = 0, pathAt = 0] = plain.starts;
  const row = decimal(line, 0, shaAt - 1);
  const view = decimal(line, viewAt, pathAt - 1);
  if (row === undefined || row >= 1e10 || view === undefined || view >= 1e9) return undefined;
  if (!readSha256(line, shaAt, viewAt - 1, sha)) return undefined;
  return { row, view, shaAt, pathAt, comma: plain.comma, crc: plain.crc, checksum: plain.checksum };
}

/** The bytes of the sha256 in the line that `plainRow` read last. */
const sha = new Uint8Array(32);

function parseLine(line: Buffer): IndexLine | undefined {
  const plain = plainRow(line);
  if (plain) {
    const { row, view, shaAt, pathAt, comma, crc, checksum } = plain;
    const sha256 = line.toString('latin1', shaAt, shaAt + 64);
    return { row, sha256, view, path: line.toString('latin1', pathAt, comma), crc, checksum };
  }
  const parsed = checksumLine(line);
  if (parsed?.fields.length !== 4) return undefined;
  const [row = '', sha256 = '', view = '', path = ''] = parsed.fields;
  if (!/^\d{1,10}$/.test(row) || !/^[0-9a-f]{64}$/.test(sha256) || !/^\d{1,9}$/.test(view)) return undefined;
  return { row: Number(row), sha256, view: Number(view), path, crc: parsed.crc, checksum: parsed.checksum };
}

/**
 * Reads the index of a part. Lines that are torn or damaged are left out; nothing is known of the rows yet, only
 * the checksum tells whether one is right.
 * @param accept told the head, says whether the lines are wanted
 * @returns undefined where the file is gone, is no index, or is not wanted
 */
export async function readIndex(
  csvFile: string,
  accept: (head: PartHead) => boolean = () => true,
): Promise<{ head: PartHead; lines: IndexLine[] } | undefined> {
  const lines: IndexLine[] = [];
  const head = await readLines(csvFile, accept, (line) => {
    const parsed = parseLine(line);
    if (parsed !== undefined) lines.push(parsed);
  });
  return head && { head, lines };
}

/** The same without the paths, and packed: for a cache that opens, with its many thousand rows. */
export async function readIndexRows(
  csvFile: string,
  accept: (head: PartHead) => boolean,
): Promise<IndexRows | undefined> {
  const rows = new IndexRows();
  const head = await readLines(csvFile, accept, (line) => {
    const plain = plainRow(line);
    if (plain?.view === 0) return rows.add(sha, plain);
    const parsed = parseLine(line);
    if (parsed) rows.add(contentKey(parsed.sha256, parsed.view), parsed);
  });
  return head && rows;
}

/** The rows that an index tells of, each with the key of its content and view. */
export class IndexRows {
  private count = 0;
  private bytes = new Uint8Array(1024);
  private ends = new Uint32Array(16);
  private rows = new Float64Array(16);
  private crcs = new Uint32Array(16);
  private checksums = new Uint32Array(16);

  add(key: Uint8Array, { row, crc, checksum }: CheckedRow): void {
    const start = this.count === 0 ? 0 : (this.ends[this.count - 1] ?? 0);
    const index = this.count++;
    this.bytes = withRoom(this.bytes, start + key.length);
    this.ends = withRoom(this.ends, this.count);
    this.rows = withRoom(this.rows, this.count);
    this.crcs = withRoom(this.crcs, this.count);
    this.checksums = withRoom(this.checksums, this.count);
    this.bytes.set(key, start);
    this.ends[index] = start + key.length;
    this.rows[index] = row;
    this.crcs[index] = crc;
    this.checksums[index] = checksum;
  }

  /** In the order of their lines. */
  forEach(take: (key: Uint8Array, row: CheckedRow) => void): void {
    for (let index = 0, start = 0; index < this.count; index++) {
      const end = this.ends[index] ?? 0;
      take(this.bytes.subarray(start, end), {
        row: this.rows[index] ?? 0,
        crc: this.crcs[index] ?? 0,
        checksum: this.checksums[index] ?? 0,
      });
      start = end;
    }
  }
}

/** Hands on the lines below the head of an index that is wanted. @returns its head; undefined as `readIndex` does */
async function readLines(
  csvFile: string,
  accept: (head: PartHead) => boolean,
  take: (line: Buffer) => void,
): Promise<PartHead | undefined> {
  let head: PartHead | undefined;
  try {
    const handle = await openToRead(csvFile);
    try {
      for await (const chunk of linesOf(handle)) {
        for (const line of chunk) {
          if (head === undefined) {
            head = parseHead(line);
            if (head === undefined || !accept(head)) return undefined;
          } else take(line);
        }
      }
    } finally {
      await handle.close();
    }
  } catch {
    return undefined;
  }
  return head;
}

/**
 * What the first line of an index says. `damaged`: a head of this format that is torn or no longer right, so that
 * nothing in the part can be read; `foreign`: another format, perhaps of a later version.
 */
export type IndexHead =
  { readonly kind: 'whole'; readonly head: PartHead } | { readonly kind: 'gone' | 'damaged' | 'foreign' };

/** Reads the head alone. @throws the system's error, but where the file is gone */
export async function readIndexHead(csvFile: string): Promise<IndexHead> {
  let handle: FileHandle;
  try {
    handle = await openToRead(csvFile);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return { kind: 'gone' };
    throw error;
  }
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) return { kind: 'foreign' };
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(2 ** 16), 0, 2 ** 16, 0);
    const bytes = buffer.subarray(0, bytesRead);
    const end = bytes.indexOf(10);
    const head = end < 0 ? undefined : parseHead(bytes.subarray(0, end));
    if (head) return { kind: 'whole', head };
    const beginning = bytes.toString('latin1', 0, ours.length);
    return { kind: ours.startsWith(beginning) ? 'damaged' : 'foreign' };
  } finally {
    await handle.close();
  }
}

/** The index beside a part's matrix. */
export function indexBeside(npyFile: string): string {
  return npyFile.replace(/\.npy$/, '.csv');
}
