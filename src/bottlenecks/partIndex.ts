import type { FileHandle } from 'node:fs/promises';
import { systemCode } from '../base';
import { checksumLine, csvLine, selfCheckedFields, selfCheckedLine, checksumText } from './csv';
import { crc32 } from './checksum';
import { linesOf, openToRead } from './lines';
import { largestDimension } from './npyHeader';
import { decimal, plainLine, readSha256 } from './plainLine';

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

/** The same as below for most lines, without a look at every character by a pattern. */
function parsePlainLine(line: Buffer): IndexLine | undefined {
  const plain = plainLine(line, 4);
  if (plain === undefined) return undefined;
  const [, shaAt = 0, viewAt = 0, pathAt = 0] = plain.starts;
  const row = decimal(line, 0, shaAt - 1);
  const view = decimal(line, viewAt, pathAt - 1);
  if (row === undefined || row >= 1e10 || view === undefined || view >= 1e9) return undefined;
  if (!readSha256(line, shaAt, viewAt - 1, sha)) return undefined;
  const sha256 = line.toString('latin1', shaAt, viewAt - 1);
  const path = line.toString('latin1', pathAt, plain.comma);
  return { row, sha256, view, path, crc: plain.crc, checksum: plain.checksum };
}

const sha = new Uint8Array(32);

function parseLine(line: Buffer): IndexLine | undefined {
  const plain = parsePlainLine(line);
  if (plain) return plain;
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
  let head: PartHead | undefined;
  const lines: IndexLine[] = [];
  try {
    const handle = await openToRead(csvFile);
    try {
      for await (const chunk of linesOf(handle)) {
        for (const line of chunk) {
          if (head === undefined) {
            head = parseHead(line);
            if (head === undefined || !accept(head)) return undefined;
          } else {
            const parsed = parseLine(line);
            if (parsed !== undefined) lines.push(parsed);
          }
        }
      }
    } finally {
      await handle.close();
    }
  } catch {
    return undefined;
  }
  return head && { head, lines };
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
