import { realpath } from 'node:fs/promises';
import { RetrainError } from '../base';
import { mergeCache } from '../bottlenecks';
import { cacheToFill, existingCaches } from './cacheFolder';
import type { Job } from './context';
import type { MergedCache } from './cacheResults';

/**
 * Unites caches that were computed apart: what is right in `from` and not yet in `into` is taken.
 * @throws FOLDER_NOT_FOUND, NO_CACHE, SAME_CACHE before anything is written; CACHE_UNWRITABLE; the signal's reason
 */
export const merge: Job<'merge'> = async ({ from, into }, { places, signal, report }) => {
  const target = await cacheToFill(into, places);
  const real = await realpath(target).catch(() => target);
  const sources: string[] = [];
  for (const folder of from)
    for (const cache of await existingCaches(folder, places)) {
      if ((await realpath(cache)) === real) throw new RetrainError('SAME_CACHE', { path: folder });
      sources.push(cache);
    }
  const caches: MergedCache[] = [];
  for (const folder of sources) {
    const backbones = await mergeCache(folder, target, {
      signal,
      report: ({ done, of }) => report({ kind: 'merging', done, of }),
    });
    caches.push({ folder, backbones });
  }
  return { into: target, caches };
};
