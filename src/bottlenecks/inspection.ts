import { lstat } from 'node:fs/promises';
import path from 'node:path';
import { RetrainError, throwIfAborted } from '../base';
import { describedBackbone } from './backboneFile';
import { crc32 } from './checksum';
import { FileMap } from './fileMap';
import { isPathInside } from './layout';
import { openToRead } from './lines';
import { headerSize, parseNpyHeader, rowsIn } from './npyHeader';
import { indexBeside, readIndex, type IndexLine, type PartHead } from './partIndex';
import { readRange } from './rows';

/** `wrong`: the values do not match their checksum and are not used. `missing`: no line says what the row holds. */
export type ChecksumState = 'right' | 'wrong' | 'missing';

export interface InspectedRow {
  readonly row: number;
  readonly checksum: ChecksumState;
  /** Undefined, as `view` and `pathWhenComputed`, where no line says. */
  readonly sha256: string | undefined;
  readonly view: number | undefined;
  readonly pathWhenComputed: string | undefined;
  /** Where the content was found last, relative to the dataset; the files may be gone since. */
  readonly paths: readonly string[];
}

/** A part as it stands on disk. */
export interface InspectedPart {
  readonly file: string;
  /** The cache's folder. */
  readonly root: string;
  readonly bytes: number;
  readonly backbone: string;
  /** The label when the part was begun. */
  readonly label: string;
  readonly dimension: number;
  /** Undefined where the index beside the matrix is gone or damaged. */
  readonly head: PartHead | undefined;
  readonly rows: readonly InspectedRow[];
}

/** A row's values [D] as they stand on disk, whatever the checksum says. */
export interface RowValues {
  readonly row: number;
  readonly checksum: ChecksumState;
  readonly values: Float32Array;
}

/** More rows than a part has; a file that claims so is not ours. */
const mostRows = 2 ** 20;
/** Bytes of values read at once. */
const chunk = 2 ** 22;
/** Bytes of values handed out at once. */
const mostBytes = 2 ** 26;

interface OpenedPart {
  readonly bytes: number;
  readonly rows: number;
  readonly dimension: number;
  readonly head: PartHead | undefined;
  /** row -> its lines; a row should have one */
  readonly lines: ReadonlyMap<number, IndexLine>;
}

/** @throws CACHE_LAYOUT, FILE_MISSING, FILE_UNREADABLE */
async function openPart(file: string): Promise<OpenedPart> {
  const wrong = (reason: string) => new RetrainError('CACHE_LAYOUT', { path: file, reason });
  const stats = await lstat(file).catch((error: unknown) => {
    throw new RetrainError('FILE_MISSING', { path: file }, { cause: error });
  });
  if (!stats.isFile() || !file.endsWith('.npy')) throw wrong('it is not a regular .npy file');
  const header = parseNpyHeader(await readBytes(file, 0, Math.min(stats.size, headerSize)));
  if (!header) throw wrong('its header is damaged');
  const { dimension } = header;
  const index = await readIndex(indexBeside(file));
  if (index && index.head.dimension !== dimension) throw wrong('its header and its index differ');
  const capacity = rowsIn(stats.size, dimension);
  if (capacity > mostRows) throw wrong('it has more rows than a part can have');
  const lines = new Map<number, IndexLine>();
  // a writer may have been stopped before it brought the count in the header up to date
  let rows = Math.min(header.rows, capacity);
  for (const line of index?.lines ?? []) {
    if (line.row >= capacity) continue;
    lines.set(line.row, line);
    rows = Math.max(rows, line.row + 1);
  }
  return { bytes: stats.size, rows, dimension, head: index?.head, lines };
}

async function readBytes(file: string, start: number, length: number): Promise<Buffer> {
  try {
    const handle = await openToRead(file);
    try {
      return await readRange(handle, start, length);
    } finally {
      await handle.close();
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new RetrainError('FILE_UNREADABLE', { path: file, reason }, { cause: error });
  }
}

async function* rowValues(
  file: string,
  part: OpenedPart,
  from: number,
  to: number,
): AsyncGenerator<RowValues> {
  const rowSize = part.dimension * 4;
  const step = Math.max(1, Math.floor(chunk / rowSize));
  for (let first = from; first < to; first += step) {
    const count = Math.min(step, to - first);
    const bytes = await readBytes(file, headerSize + first * rowSize, count * rowSize);
    for (let i = 0; i < count && (i + 1) * rowSize <= bytes.length; i++) {
      const own = bytes.subarray(i * rowSize, (i + 1) * rowSize);
      const line = part.lines.get(first + i);
      const checksum = !line ? 'missing' : crc32(own, line.crc) === line.checksum ? 'right' : 'wrong';
      yield {
        row: first + i,
        checksum,
        values: new Float32Array(own.buffer, own.byteOffset, part.dimension),
      };
    }
  }
}

/**
 * Everything about a part but its values: a bottleneck file for a person to look at. All its values are read once,
 * to check them.
 * @param npyFile `<cache>/v1/<backbone>/<label>/<part>.npy`
 * @throws CACHE_LAYOUT, FILE_MISSING, FILE_UNREADABLE, an AbortError after `signal`
 */
export async function inspectPart(
  npyFile: string,
  { signal }: { signal?: AbortSignal | undefined } = {},
): Promise<InspectedPart> {
  const file = path.resolve(npyFile);
  const folder = path.dirname(path.dirname(file));
  const root = path.dirname(path.dirname(folder));
  const part = await openPart(file);
  const wanted = new Set([...part.lines.values()].map(({ sha256 }) => sha256));
  const found = pathsByContent(await FileMap.load(root, signal), wanted);
  const rows: InspectedRow[] = [];
  for await (const { row, checksum } of rowValues(file, part, 0, part.rows)) {
    throwIfAborted(signal);
    const line = part.lines.get(row);
    rows.push({
      row,
      checksum,
      sha256: line?.sha256,
      view: line?.view,
      pathWhenComputed: line && isPathInside(line.path) ? line.path : undefined,
      paths: found.get(line?.sha256 ?? '') ?? [],
    });
  }
  const { bytes, dimension, head } = part;
  const { id } = await describedBackbone(folder);
  const label = head?.label ?? path.basename(path.dirname(file));
  return { file, root, bytes, backbone: id, label, dimension, head, rows };
}

/**
 * The values of the rows `from` up to, not including, `to`, as they stand on disk; at most 64 MiB of them.
 * @throws CACHE_LAYOUT, FILE_MISSING, FILE_UNREADABLE
 */
export async function readPartRows(npyFile: string, from: number, to: number): Promise<RowValues[]> {
  const part = await openPart(npyFile);
  const most = Math.max(1, Math.floor(mostBytes / (4 * part.dimension)));
  const first = Math.max(0, from);
  const rows: RowValues[] = [];
  for await (const row of rowValues(npyFile, part, first, Math.min(to, part.rows, first + most)))
    rows.push(row);
  return rows;
}

/** sha256 -> the paths where it was found last, for the contents `wanted`. */
export function pathsByContent(fileMap: FileMap, wanted: ReadonlySet<string>): Map<string, string[]> {
  const paths = new Map<string, string[]>();
  for (const { path, sha256 } of fileMap.all()) {
    if (!wanted.has(sha256)) continue;
    const same = paths.get(sha256);
    if (same) same.push(path);
    else paths.set(sha256, [path]);
  }
  return paths;
}
