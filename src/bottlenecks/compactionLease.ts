import { unlink } from 'node:fs/promises';
import path from 'node:path';
import { systemCode } from '../base';
import { isFree, Lease } from './lease';

/**
 * Runs `compact` if no other process is compacting `folder` at the moment: of two that copied the same rows, both
 * copies would stay. Nobody waits: whoever comes second leaves it to the first.
 * (Two that find an abandoned lease in the same instant may both run; that costs room, until the next time.)
 */
export async function compactAlone(folder: string, compact: () => Promise<void>): Promise<void> {
  const file = path.join(folder, 'compaction.lease');
  const lease = (await take(file)) ?? ((await isFree(file)) ? await takeAgain(file) : undefined);
  if (!lease) return;
  try {
    await compact();
  } finally {
    await lease.release();
  }
}

async function take(file: string): Promise<Lease | undefined> {
  try {
    return await Lease.take(file);
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return undefined;
    throw error;
  }
}

async function takeAgain(file: string): Promise<Lease | undefined> {
  await unlink(file).catch(() => undefined);
  return take(file);
}
