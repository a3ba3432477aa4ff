import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { toFailure } from '../base';
import { homesOf, isImportedId } from '../bottlenecks';
import {
  findRunFor,
  listRuns as listSaved,
  readRun as readSaved,
  readRunTitle,
  removeRun,
  summariseRuns as summariseSaved,
  writeRunTitle,
  type FoundRun,
} from '../models';
import type { Job } from './context';
import type { Places } from './places';
import { datasetOfRun } from './datasetFolder';
import { runView } from './runView';

/**
 * The newest run of the nearest dataset at or above `file`, wherever that dataset's runs are kept. One on imported values
 * is passed over where there is another: no image can be put to it.
 */
export async function nearestRun(file: string, { cacheDirectory }: Places): Promise<FoundRun | undefined> {
  const real = await realpath(file).catch(() => file);
  return findRunFor(
    real,
    (folder) => retrainFolders(folder, cacheDirectory),
    ({ backbone }) => !isImportedId(backbone.id),
  );
}

/** Where the runs of a dataset may be, given its real path. */
export function retrainFolders(realRoot: string, cacheDirectory: string): string[] {
  return homesOf(realRoot, cacheDirectory).map((home) => path.join(home, '.retrain'));
}

export const findRun: Job<'findRun'> = async ({ path: start }, { places }) => ({
  run: (await nearestRun(start, places))?.run ?? null,
});

export const listRuns: Job<'listRuns'> = async ({ folder }, { places }) => {
  const real = await realpath(folder).catch(() => folder);
  return { runs: (await listSaved(...retrainFolders(real, places.cacheDirectory))).runs };
};

export const summariseRuns: Job<'summariseRuns'> = async ({ folder }, { places }) => {
  const real = await realpath(folder).catch(() => folder);
  const { runs, damaged } = await summariseSaved(...retrainFolders(real, places.cacheDirectory));
  return {
    runs,
    damaged: damaged.map(({ folder: run, error }) => ({ folder: run, failure: toFailure(error) })),
  };
};

export const titleRun: Job<'titleRun'> = async ({ run, ...change }) =>
  writeRunTitle(run, { ...(await readRunTitle(run)), ...change });

/** @throws NOT_A_RUN, PATH_OUTSIDE, RUN_UNDELETABLE */
export const deleteRun: Job<'deleteRun'> = async ({ run }) => {
  await removeRun(run);
  return {};
};

export const readRun: Job<'readRun'> = async ({ run }, { places }) => {
  const root = await datasetOfRun(run, places.cacheDirectory);
  return runView(await readSaved(run), run, root);
};
