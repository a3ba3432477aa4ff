import { realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { RetrainError } from '../base';
import { cacheLocation, homesOf } from '../bottlenecks';
import type { Places } from './places';
import { noteDataset, realFolder } from './datasetFolder';

const name = '.bottlenecks';

export async function isFolder(folder: string): Promise<boolean> {
  return stat(folder).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
}

/** True for a `.bottlenecks` folder, under whatever name it was brought here. */
async function isCache(folder: string): Promise<boolean> {
  if (path.basename(folder) === name) return true;
  const tagged = stat(path.join(folder, 'CACHEDIR.TAG')).then(
    (stats) => stats.isFile(),
    () => false,
  );
  return (await tagged) && (await isFolder(path.join(folder, 'v1')));
}

/** The caches that `folder` may mean: itself, or those that stand in or for a dataset. */
async function cachesOf(folder: string, { cacheDirectory }: Places): Promise<string[]> {
  const real = await realFolder(folder);
  const all = (await isCache(real))
    ? [real]
    : homesOf(real, cacheDirectory).map((home) => path.join(home, name));
  const there: string[] = [];
  for (const cache of all) if (await isFolder(path.join(cache, 'v1'))) there.push(cache);
  return there;
}

/**
 * The caches of a dataset, or the one that a `.bottlenecks` folder is: there may be two where the dataset could not
 * be written once.
 * @throws NO_CACHE, FOLDER_NOT_FOUND
 */
export async function existingCaches(folder: string, places: Places): Promise<string[]> {
  if (!(await isFolder(folder))) throw new RetrainError('FOLDER_NOT_FOUND', { path: folder });
  const caches = await cachesOf(folder, places);
  if (caches.length === 0) throw new RetrainError('NO_CACHE', { path: folder });
  return caches;
}

/**
 * Where values go that are brought to a dataset, or to a `.bottlenecks` folder, which need not be there yet.
 * @throws FOLDER_NOT_FOUND, CACHE_UNWRITABLE
 */
export async function cacheToFill(folder: string, { cacheDirectory }: Places): Promise<string> {
  const given = await isCache(folder);
  const there = given ? path.dirname(folder) : folder;
  if (!(await isFolder(there))) throw new RetrainError('FOLDER_NOT_FOUND', { path: there });
  const root = await realpath(there);
  if (given) return path.join(root, path.basename(folder));
  const location = await cacheLocation(root, cacheDirectory);
  await noteDataset(root, location);
  return location.bottlenecks;
}

/** The cache that jobs on the dataset at `root` read and fill. @throws NO_CACHE */
export async function cacheInUse(root: string, { cacheDirectory }: Places): Promise<string> {
  const { bottlenecks } = await cacheLocation(root, cacheDirectory);
  if (!(await isFolder(path.join(bottlenecks, 'v1')))) throw new RetrainError('NO_CACHE', { path: root });
  return bottlenecks;
}
