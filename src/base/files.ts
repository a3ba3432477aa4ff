import { constants } from 'node:fs';
import { lstat, open, realpath, rename, unlink } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { RetrainError, systemCode } from './errors';

/** Windows answers so while a scanner or another process holds a file; it passes. */
const passing = new Set(['EBUSY', 'EPERM', 'EACCES']);

/** Tries `action` again for some 600 ms while Windows says the file is held by another process. */
export async function retryBusy<T>(action: () => Promise<T>): Promise<T> {
  for (let wait = 10; ; wait *= 2) {
    try {
      return await action();
    } catch (error) {
      if (process.platform !== 'win32' || wait > 320 || !passing.has(systemCode(error) ?? '')) throw error;
      await sleep(wait);
    }
  }
}

/** Writes a file that is not there yet, and brings it to the disk. @throws the system's error, EEXIST for one */
export async function writeNew(file: string, data: string | Uint8Array): Promise<void> {
  const handle = await open(file, 'wx');
  try {
    await handle.writeFile(data);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Writes a file whole or not at all: beside it under a temporary name, synced, then renamed over it. A symbolic
 * link in its place is replaced, never followed.
 * @throws the system's error
 */
export async function writeAtomic(file: string, data: string | Uint8Array): Promise<void> {
  const temporary = `${file}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    await writeNew(temporary, data);
    await retryBusy(() => rename(temporary, file));
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw error;
  }
}

/**
 * Reads a file of at most `limit` bytes; the size is checked before anything is allocated. Opened without
 * waiting, so a FIFO never hangs it.
 * @throws FILE_EMPTY (unless `allowEmpty`), FILE_MISSING, FILE_UNREADABLE, FILE_TOO_LARGE, NOT_A_FILE; they name `shown`
 */
export async function readBounded(
  file: string,
  limit: number,
  { shown = file, allowEmpty = false }: { shown?: string; allowEmpty?: boolean } = {},
): Promise<Buffer> {
  try {
    const handle = await open(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    try {
      const stats = await handle.stat();
      if (!stats.isFile()) throw new RetrainError('NOT_A_FILE', { path: shown });
      if (stats.size > limit)
        throw new RetrainError('FILE_TOO_LARGE', { path: shown, limit: Math.floor(limit / 2 ** 20) });
      if (stats.size === 0 && !allowEmpty) throw new RetrainError('FILE_EMPTY', { path: shown });
      return await handle.readFile();
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw unreadable(error, shown);
  }
}

/** The system's error of a file that cannot be opened, in words; one of ours as it is. */
function unreadable(error: unknown, shown: string): RetrainError {
  if (error instanceof RetrainError) return error;
  const reason = systemCode(error) ?? String(error);
  return reason === 'ENOENT' || reason === 'ENOTDIR'
    ? new RetrainError('FILE_MISSING', { path: shown }, { cause: error })
    : new RetrainError('FILE_UNREADABLE', { path: shown, reason }, { cause: error });
}

/** True if `inner` is `outer` or lies below it (both absolute, both resolved). */
export function isInside(outer: string, inner: string): boolean {
  const relative = path.relative(outer, inner);
  return (
    relative === '' ||
    (!relative.startsWith(`..${path.sep}`) && relative !== '..' && !path.isAbsolute(relative))
  );
}

/**
 * The absolute path of `relative` under `root`, links resolved.
 * @throws PATH_OUTSIDE where it leads out of `root`; FILE_MISSING where it does not exist; FILE_UNREADABLE
 */
export async function resolveInside(root: string, relative: string): Promise<string> {
  const outside = new RetrainError('PATH_OUTSIDE', { path: relative, root });
  const joined = path.resolve(root, relative);
  if (!isInside(root, joined)) throw outside;
  try {
    const [realRoot, real] = await Promise.all([realpath(root), realpath(joined)]);
    if (!isInside(realRoot, real)) throw outside;
    return real;
  } catch (error) {
    throw unreadable(error, relative);
  }
}

/** True if `file` is itself a symbolic link: nothing of ours is written through one. */
export async function isLink(file: string): Promise<boolean> {
  try {
    return (await lstat(file)).isSymbolicLink();
  } catch {
    return false;
  }
}
