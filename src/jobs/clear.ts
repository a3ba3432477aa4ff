import { clearCache, measureCache, type CacheSize } from '../bottlenecks';
import { existingCaches } from './cacheFolder';
import type { Job } from './context';

/** How much the cache of a dataset holds. @throws FOLDER_NOT_FOUND, NO_CACHE */
export const measureBottlenecks: Job<'measureBottlenecks'> = async ({ folder }, { places }) => {
  const sizes: CacheSize[] = [];
  for (const cache of await existingCaches(folder, places)) sizes.push(await measureCache(cache));
  return total(sizes);
};

/**
 * Removes the cache of a dataset: nothing but time is lost.
 * @throws FOLDER_NOT_FOUND, NO_CACHE, CACHE_IN_USE, CACHE_UNWRITABLE; the signal's reason
 */
export const clearBottlenecks: Job<'clearBottlenecks'> = async ({ folder, force }, { places, signal }) => {
  const caches = await existingCaches(folder, places);
  let left = 0;
  const sizes: CacheSize[] = [];
  for (const cache of caches) {
    const cleared = await clearCache(cache, { force, signal });
    left += cleared.left;
    sizes.push(cleared);
  }
  return { ...total(sizes), caches, left };
};

function total(sizes: readonly CacheSize[]): CacheSize {
  const sum = (part: (size: CacheSize) => number) => sizes.reduce((all, size) => all + part(size), 0);
  return {
    rows: sum(({ rows }) => rows),
    files: sum(({ files }) => files),
    bytes: sum(({ bytes }) => bytes),
  };
}
