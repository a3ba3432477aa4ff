import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { toFailure } from '../base';
import { homesOf } from '../bottlenecks';
import {
  findRunFor,
  listRuns as listSaved,
  readRun as readSaved,
  readRunTitle,
  summariseRuns as summariseSaved,
  writeRunTitle,
} from '../models';
import type { Job } from './context';
import type { Places } from './places';
import { datasetOfRun } from './datasetFolder';
import { runView } from './runView';

/** Folder of the newest run of the nearest dataset at or above `file`, wherever that dataset's runs are kept. */
export async function nearestRun(file: string, { cacheDirectory }: Places): Promise<string | undefined> {
  const real = await realpath(file).catch(() => file);
  return findRunFor(real, (folder) => retrainFolders(folder, cacheDirectory));
}

/** Where the runs of a dataset may be, given its real path. */
export function retrainFolders(realRoot: string, cacheDirectory: string): string[] {
  return homesOf(realRoot, cacheDirectory).map((home) => path.join(home, '.retrain'));
}

export const findRun: Job<'findRun'> = async ({ path: start }, { places }) => ({
  run: (await nearestRun(start, places)) ?? null,
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

export const readRun: Job<'readRun'> = async ({ run }, { places }) => {
  const root = await datasetOfRun(run, places.cacheDirectory);
  return runView(await readSaved(run), run, root);
};
