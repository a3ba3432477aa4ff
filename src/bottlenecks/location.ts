import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { access, lstat, open, realpath, unlink } from 'node:fs/promises';
import path from 'node:path';
import { newPartId } from './layout';

/** Where a dataset's cache stands, and what the person keeps of it. */
export interface CacheLocation {
  readonly bottlenecks: string;
  readonly retrain: string;
}

async function isWritable(folder: string): Promise<boolean> {
  try {
    await access(folder, constants.W_OK | constants.X_OK);
    if (process.platform === 'win32') {
      // `access` knows nothing of access control lists there
      const probe = path.join(folder, `.${newPartId()}.tmp`);
      await (await open(probe, 'wx')).close();
      await unlink(probe);
    }
    return true;
  } catch {
    return false;
  }
}

async function canHold(parent: string, name: string): Promise<boolean> {
  const folder = path.join(parent, name);
  try {
    const stats = await lstat(folder);
    return stats.isDirectory() && (await isWritable(folder));
  } catch {
    return isWritable(parent);
  }
}

/**
 * `.bottlenecks` and `.retrain` in the dataset where they can be written there; else (a read-only dataset, or a
 * symbolic link in the place of the folder) below `cacheDirectory`, in a folder named by a hash of the dataset's
 * real path. Nothing is made here.
 */
export async function cacheLocation(datasetRoot: string, cacheDirectory: string): Promise<CacheLocation> {
  const real = await realpath(datasetRoot).catch(() => path.resolve(datasetRoot));
  const place = async (folder: string) =>
    path.join(
      (await canHold(datasetRoot, folder)) ? datasetRoot : homeElsewhere(real, cacheDirectory),
      folder,
    );
  return { bottlenecks: await place('.bottlenecks'), retrain: await place('.retrain') };
}

/** The folders that may hold `.bottlenecks` and `.retrain` of a dataset: itself, and the one for what it cannot hold. */
export function homesOf(realRoot: string, cacheDirectory: string): readonly string[] {
  return [realRoot, homeElsewhere(realRoot, cacheDirectory)];
}

function homeElsewhere(realRoot: string, cacheDirectory: string): string {
  return path.join(cacheDirectory, createHash('sha256').update(realRoot).digest('hex').slice(0, 16));
}
