import { mkdir, realpath } from 'node:fs/promises';
import path from 'node:path';
import { isInside, readBounded, RetrainError, systemCode, writeAtomic } from '../base';
import type { CacheLocation } from '../bottlenecks';
import { scanDataset, type Dataset } from '../dataset';
import { sniff } from '../images';
import type { JobContext } from './context';

/** Says, in a folder of the cache directory, which read-only dataset it belongs to. */
const noteFile = 'dataset.json';

/**
 * Leaves a note in the cache directory where a dataset's cache or runs do not stand in the dataset itself.
 * @throws CACHE_UNWRITABLE
 */
export async function noteDataset(root: string, { bottlenecks, retrain }: CacheLocation): Promise<void> {
  for (const home of new Set([path.dirname(bottlenecks), path.dirname(retrain)])) {
    if (home === root) continue;
    await inWords(home, async () => {
      await mkdir(home, { recursive: true });
      await writeAtomic(path.join(home, noteFile), `${JSON.stringify({ format: 1, dataset: root })}\n`);
    });
  }
}

/** Runs `write`; where the system refuses it, says so of `folder`. @throws CACHE_UNWRITABLE, and what else `write` throws */
export async function inWords<T>(folder: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    const reason = systemCode(error);
    if (error instanceof RetrainError || reason === undefined) throw error;
    throw new RetrainError('CACHE_UNWRITABLE', { path: folder, reason }, { cause: error });
  }
}

/** A folder as the person gave it, absolute, with its links resolved where it is there. */
export async function realFolder(folder: string): Promise<string> {
  return await realpath(folder).catch(() => path.resolve(folder));
}

/**
 * The images of a dataset, given its real folder.
 * @param leastClasses one is enough where nothing is to be trained
 * @throws as `scanDataset` does
 */
export async function scanFolder(
  root: string,
  leastClasses: 1 | 2,
  {
    signal,
    report,
  }: Pick<JobContext<{ readonly kind: 'scanning'; readonly files: number }>, 'signal' | 'report'>,
): Promise<Dataset> {
  return await scanDataset(root, {
    sniff,
    signal,
    leastClasses,
    report: (files) => report({ kind: 'scanning', files }),
  });
}

/** The dataset of a run, given the run's folder. */
export async function datasetOfRun(run: string, cacheDirectory: string): Promise<string> {
  return await datasetOf(path.resolve(run, '..', '..', '..'), cacheDirectory);
}

/** The same, undefined where the run does not stand among those of a dataset. */
export async function datasetAround(run: string, cacheDirectory: string): Promise<string | undefined> {
  const [kept, runs] = path.dirname(path.resolve(run)).split(path.sep).slice(-2);
  return kept === '.retrain' && runs === 'runs' ? await datasetOfRun(run, cacheDirectory) : undefined;
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
