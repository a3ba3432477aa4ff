import type { FileHandle } from 'node:fs/promises';
import { throwIfAborted } from '../base';
import { crc32 } from './checksum';
import { openToRead } from './lines';
import { headerSize } from './npyHeader';

/** A row of a part and what its index line says about it. */
export interface CheckedRow {
  readonly row: number;
  readonly crc: number;
  readonly checksum: number;
}

const rangeSize = 2 ** 22;

/** The bytes from `start` on, `length` of them or as many as the file has, in a buffer of their own. */
export async function readRange(handle: FileHandle, start: number, length: number): Promise<Buffer> {
  const buffer = Buffer.from(new ArrayBuffer(Math.max(0, length)));
  let done = 0;
  while (done < buffer.length) {
    const { bytesRead } = await handle.read(buffer, done, buffer.length - done, start + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return buffer.subarray(0, done);
}

/** True where every value is finite: what a network gives for a picture always is. */
export function areFinite(values: Float32Array): boolean {
  // an iterator takes eight times as long
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) return false;
  return true;
}

/** Neighbouring rows together, so that each read of the file is one range of a few megabytes. */
function rangesOf<R extends CheckedRow>(rows: readonly R[], perRange: number): R[][] {
  const ranges: R[][] = [];
  let range: R[] = [];
  for (const row of [...rows].sort((a, b) => a.row - b.row)) {
    const first = range[0];
    const last = range.at(-1);
    if (first && last && (row.row > last.row + 4 || row.row >= first.row + perRange)) {
      ranges.push(range);
      range = [];
    }
    range.push(row);
  }
  if (range.length > 0) ranges.push(range);
  return ranges;
}

/**
 * Reads rows of a matrix, in the order of the file, and hands each to `take` with its values [dimension], which are
 * `take`'s only until it returns, or undefined where the checksum is wrong or the file ends before. The next range
 * is read while the last one is checked.
 * @throws the system's error where the file cannot be opened or read (ENOENT: it was compacted away)
 */
export async function readRows<R extends CheckedRow>(
  npyFile: string,
  dimension: number,
  rows: readonly R[],
  take: (row: R, values: Float32Array | undefined) => void,
  signal?: AbortSignal,
): Promise<void> {
  const rowSize = dimension * 4;
  const ranges = rangesOf(rows, Math.max(1, Math.floor(rangeSize / rowSize)));
  const handle = await openToRead(npyFile);
  try {
    const { size } = await handle.stat();
    const read = (range: readonly R[] | undefined): Promise<Buffer> => {
      const start = headerSize + (range?.[0]?.row ?? 0) * rowSize;
      const end = headerSize + ((range?.at(-1)?.row ?? -1) + 1) * rowSize;
      return readRange(handle, start, Math.min(end, size) - start);
    };
    let ahead = read(ranges[0]);
    try {
      for (const [i, range] of ranges.entries()) {
        throwIfAborted(signal);
        const buffer = await ahead;
        ahead = read(ranges[i + 1]);
        const first = range[0]?.row ?? 0;
        for (const row of range) {
          const offset = (row.row - first) * rowSize;
          const whole = offset + rowSize <= buffer.length;
          const bytes = buffer.subarray(offset, offset + rowSize);
          if (!whole || crc32(bytes, row.crc) !== row.checksum) take(row, undefined);
          else {
            const values = new Float32Array(bytes.buffer, bytes.byteOffset, dimension);
            take(row, areFinite(values) ? values : undefined);
          }
        }
      }
    } finally {
      await ahead.catch(() => undefined);
    }
  } finally {
    await handle.close();
  }
}
