import { createHash } from 'node:crypto';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { RetrainError } from '../base';
import { isAbandoned, leaseHolder, takeAlone, type Lease } from '../bottlenecks';
import { inWords } from './datasetFolder';
import { keptBackbones, type Places } from './places';

/** What nobody has gone on with for so long is removed. */
const keptDays = 7;

/** Where a download is kept from one call to the next, until it has come to something. */
interface DownloadFolder {
  readonly folder: string;
  /** Nothing more is to be gone on with. */
  readonly forget: () => Promise<void>;
}

/** The name of the folder of what is fetched from an address. */
export function addressKey(url: string): string {
  return `address-${createHash('sha256').update(url).digest('hex').slice(0, 20)}`;
}

/**
 * Lends `use` the folder of a download, which one call at a time has: two that append to one file would spoil it.
 * @throws DOWNLOAD_BUSY, CACHE_UNWRITABLE; as `use` does
 */
export async function withDownloadFolder<T>(
  key: string,
  places: Places,
  use: (download: DownloadFolder) => Promise<T>,
): Promise<T> {
  const root = path.join(keptBackbones(places), '.downloads');
  const folder = path.join(root, key);
  const lease = await take(root, `${folder}.lease`);
  try {
    await removeOld(root, key);
    return await use({ folder, forget: () => rm(folder, { recursive: true, force: true }) });
  } finally {
    await lease.release();
  }
}

async function take(root: string, file: string): Promise<Lease> {
  await inWords(root, () => mkdir(root, { recursive: true }));
  const lease = await inWords(root, () => takeAlone(file));
  if (lease) return lease;
  const { host, pid } = await leaseHolder(file);
  throw new RetrainError('DOWNLOAD_BUSY', { pid, host });
}

/** Removes what was begun and left, but not what another process has at this moment. */
async function removeOld(root: string, key: string): Promise<void> {
  const names = await readdir(root).catch(() => []);
  for (const name of names) {
    const old = path.join(root, name);
    if (name === key || name.endsWith('.lease') || !(await isAbandoned(`${old}.lease`))) continue;
    const { mtimeMs } = await stat(old).catch(() => ({ mtimeMs: Infinity }));
    if (mtimeMs < Date.now() - keptDays * 86_400_000)
      await rm(old, { recursive: true, force: true }).catch(() => undefined);
  }
}
