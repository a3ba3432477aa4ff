import { constants, writeSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';

const chunkSize = 2 ** 20;
/** No path is longer than this; a line that is has not been written by us, and is skipped. */
const longestLine = 2 ** 16;
/** Millions of lines; a larger file has not been written by us, and is left alone. */
const largestFile = 2 ** 30;

/** Opens a file to read it: no symbolic link is followed (where the system can say so), no FIFO waited for. */
export async function openToRead(file: string): Promise<FileHandle> {
  return open(file, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
}

/**
 * The lines of a file, a chunk at a time, without their line ends. What stands after the last line end, a torn
 * line, is left out, as is any line over 64 KiB, and a file over 1 GiB. The memory taken is that of a chunk, whatever the file's size.
 */
export async function* linesOf(handle: FileHandle): AsyncGenerator<Buffer[]> {
  const stats = await handle.stat();
  if (!stats.isFile() || stats.size > largestFile) return;
  let rest: Buffer = Buffer.alloc(0);
  let overlong = false;
  for (let position = 0; position < stats.size;) {
    const buffer = Buffer.alloc(Math.min(chunkSize, stats.size - position));
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, position);
    if (bytesRead === 0) return;
    position += bytesRead;
    const chunk = Buffer.concat([rest, buffer.subarray(0, bytesRead)]);
    const lines: Buffer[] = [];
    let start = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
      if (!overlong && end - start <= longestLine) lines.push(chunk.subarray(start, end));
      overlong = false;
      start = end + 1;
    }
    rest = chunk.subarray(start);
    if (rest.length > longestLine) {
      overlong = true;
      rest = Buffer.alloc(0);
    }
    yield lines;
  }
}

/** How many line ends a file has; none where it is gone. */
export async function countLines(file: string): Promise<number> {
  let lines = 0;
  try {
    const handle = await openToRead(file);
    try {
      const buffer = Buffer.alloc(chunkSize);
      for (let position = 0; ;) {
        const { bytesRead } = await handle.read(buffer, 0, buffer.length, position);
        if (bytesRead === 0) break;
        position += bytesRead;
        const bytes = buffer.subarray(0, bytesRead);
        for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) lines++;
      }
    } finally {
      await handle.close();
    }
  } catch {
    return 0;
  }
  return lines;
}

/**
 * Writes all of `bytes` at `position`; a single write may stop short. Not asynchronous: the network holds the thread
 * for a whole batch, and each step of an append would wait for the next one. Into the system's memory it takes moments.
 */
export function writeAll({ fd }: FileHandle, bytes: Uint8Array, position: number): void {
  for (let done = 0; done < bytes.length;)
    done += writeSync(fd, bytes, done, bytes.length - done, position + done);
}
