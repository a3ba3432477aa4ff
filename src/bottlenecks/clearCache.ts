import { lstat, readdir, rmdir, unlink } from 'node:fs/promises';
import path from 'node:path';
import { readBounded, RetrainError, retryBusy, systemCode, throwIfAborted } from '../base';
import { leaseBeside } from './compaction';
import { entriesOf, markers, unwritable } from './layout';
import { isFree, leaseHolder } from './lease';
import { openToRead } from './lines';
import { headerSize, parseNpyHeader, rowsIn } from './npyHeader';
import { readRange } from './rows';

/** How much a cache holds. */
export interface CacheSize {
  /** Rows of all backbones. */
  readonly rows: number;
  readonly files: number;
  readonly bytes: number;
}

/** What clearing a cache removed. */
export interface ClearedCache extends CacheSize {
  /** Files that are not ours, or could not be removed, and so stay. */
  readonly left: number;
}

interface OwnFile {
  readonly file: string;
  readonly bytes: number;
}

const part = /^[0-9a-z]{9,12}-[0-9a-f]{12}\.(?:npy|csv|lease)$/;
const description = /^backbone\.json(?:\.[0-9a-f]{12}\.tmp)?$/;

function isPart(name: string): boolean {
  return part.test(name) || name === 'compaction.lease';
}

/** The files that this program has written, and the folders they stand in, the innermost first. No link is followed. */
async function ownFiles(root: string): Promise<{ files: OwnFile[]; folders: string[] }> {
  const files: OwnFile[] = [];
  const folders: string[] = [];
  const take = async (folder: string, isOurs: (name: string) => boolean) => {
    for (const name of (await entriesOf(root, folder)).files) {
      const file = path.join(folder, name);
      if (!isOurs(name)) continue;
      const stats = await lstat(file).catch(() => undefined);
      if (stats?.isFile()) files.push({ file, bytes: stats.size });
    }
    folders.push(folder);
  };
  const v1 = path.join(root, 'v1');
  for (const name of (await entriesOf(root, v1)).folders) {
    const folder = path.join(v1, name);
    if (name === 'files') await take(folder, isPart);
    else {
      for (const label of (await entriesOf(root, folder)).folders)
        await take(path.join(folder, label), isPart);
      await take(folder, (file) => description.test(file));
    }
  }
  await take(v1, () => false);
  for (const [name, text] of Object.entries(markers)) {
    const file = path.join(root, name);
    // one that a person has rewritten is theirs
    if ((await readOwn(root, name)) === text) files.push({ file, bytes: Buffer.byteLength(text) });
  }
  folders.push(root);
  return { files, folders };
}

async function readOwn(root: string, name: string): Promise<string | undefined> {
  const { files } = await entriesOf(root);
  if (!files.includes(name)) return undefined;
  return readBounded(path.join(root, name), 4096).then(String, () => undefined);
}

async function rowsOf({ file, bytes }: OwnFile): Promise<number> {
  if (!file.endsWith('.npy')) return 0;
  try {
    const handle = await openToRead(file);
    try {
      const header = parseNpyHeader(await readRange(handle, 0, headerSize));
      return header ? rowsIn(bytes, header.dimension) : 0;
    } finally {
      await handle.close();
    }
  } catch {
    return 0;
  }
}

async function sizeOf(files: readonly OwnFile[]): Promise<CacheSize> {
  let rows = 0;
  let bytes = 0;
  for (const file of files) {
    rows += await rowsOf(file);
    bytes += file.bytes;
  }
  return { rows, files: files.length, bytes };
}

/** How much a cache holds. */
export async function measureCache(root: string): Promise<CacheSize> {
  return sizeOf((await ownFiles(root)).files);
}

/**
 * Removes a cache: only the files that are ours, never through a link, and then the folders that are empty.
 * @param force also while another process writes to it
 * @throws CACHE_IN_USE before anything is removed; CACHE_UNWRITABLE; an AbortError after `signal`
 */
export async function clearCache(
  root: string,
  { force, signal }: { force: boolean; signal?: AbortSignal | undefined },
): Promise<ClearedCache> {
  const { files, folders } = await ownFiles(root);
  if (!force) await refuseWhileOpen(root, files);
  const size = await sizeOf(files);
  // what says which row is which first: half a part is none
  const order = (file: string) => (file.endsWith('.csv') ? 0 : file.endsWith('.lease') ? 2 : 1);
  for (const { file } of [...files].sort((a, b) => order(a.file) - order(b.file))) {
    throwIfAborted(signal);
    try {
      await retryBusy(() => unlink(file));
    } catch (error) {
      if (systemCode(error) !== 'ENOENT') throw unwritable(root, error);
    }
  }
  for (const folder of folders) await rmdir(folder).catch(() => undefined);
  return { ...size, left: await filesBelow(root) };
}

async function refuseWhileOpen(root: string, files: readonly OwnFile[]): Promise<void> {
  for (const { file } of files) {
    if (!file.endsWith('.lease') || (await isFree(leaseBeside(file)))) continue;
    const { host, pid } = await leaseHolder(file);
    throw new RetrainError('CACHE_IN_USE', { path: root, host, pid });
  }
}

async function filesBelow(root: string): Promise<number> {
  try {
    const entries = await readdir(root, { recursive: true, withFileTypes: true });
    return entries.filter((entry) => !entry.isDirectory()).length;
  } catch {
    return 0;
  }
}
