import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { isInside, readBounded, writeAtomic } from '../base';
import type { CacheLocation } from '../bottlenecks';

/** Says, in a folder of the cache directory, which read-only dataset it belongs to. */
const noteFile = 'dataset.json';

/** Leaves a note in the cache directory where a dataset's cache or runs do not stand in the dataset itself. */
export async function noteDataset(root: string, { bottlenecks, retrain }: CacheLocation): Promise<void> {
  for (const home of new Set([path.dirname(bottlenecks), path.dirname(retrain)])) {
    if (home === root) continue;
    await mkdir(home, { recursive: true });
    await writeAtomic(path.join(home, noteFile), `${JSON.stringify({ format: 1, dataset: root })}\n`);
  }
}

/** The dataset that a `.bottlenecks` or `.retrain` folder belongs to, given the folder above it. */
export async function datasetOf(home: string, cacheDirectory: string): Promise<string> {
  if (!isInside(cacheDirectory, home)) return home;
  try {
    const note: unknown = JSON.parse((await readBounded(path.join(home, noteFile), 65_536)).toString());
    if (typeof note === 'object' && note !== null && 'dataset' in note && typeof note.dataset === 'string')
      return note.dataset;
  } catch {
    // a note that is lost only costs the way back to the pictures
  }
  return home;
}
