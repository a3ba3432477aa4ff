import path from 'node:path';
import { takeAlone } from './lease';

/**
 * Runs `compact` if no other process is compacting `folder` at the moment: of two that copied the same rows, both
 * copies would stay. Nobody waits: whoever comes second leaves it to the first.
 * (Two that find an abandoned lease in the same instant may both run; that costs room, until the next time.)
 */
export async function compactAlone(folder: string, compact: () => Promise<void>): Promise<void> {
  const lease = await takeAlone(path.join(folder, 'compaction.lease'));
  if (!lease) return;
  try {
    await compact();
  } finally {
    await lease.release();
  }
}
