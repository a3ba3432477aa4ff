import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { RetrainError, systemCode } from '../base';
import { readRunFacts } from './readRun';
import type { RunFacts } from './runJson';

export interface RunList {
  /** Folders, the newest run first; those that stand in for another come last. */
  readonly runs: readonly string[];
  /** Folders whose run.json cannot be read, and why. */
  readonly damaged: readonly { readonly folder: string; readonly error: RetrainError }[];
}

/**
 * The runs of a dataset, all of its `.retrain` folders taken together; none where there is no such folder. A damaged
 * run stops nothing.
 */
export async function listRuns(...retrainFolders: readonly string[]): Promise<RunList> {
  const { runs, damaged } = await readAll(retrainFolders);
  return { runs: standInsLast(runs).map(({ folder }) => folder), damaged };
}

function standInsLast<T extends { readonly facts: RunFacts }>(runs: readonly T[]): T[] {
  return [
    ...runs.filter(({ facts }) => facts.refitOf === null),
    ...runs.filter(({ facts }) => facts.refitOf !== null),
  ];
}

/** The newest run that stands in for `original` on the network with `fingerprint`. */
export async function findRefit(
  original: Pick<RunFacts, 'created' | 'backbone'>,
  fingerprint: string,
  ...retrainFolders: readonly string[]
): Promise<string | undefined> {
  const { runs } = await readAll(retrainFolders);
  return runs.find(
    ({ facts: { backbone, refitOf } }) =>
      backbone.fingerprint === fingerprint &&
      refitOf?.created === original.created &&
      refitOf.backbone === original.backbone.id,
  )?.folder;
}

/** The facts of all runs, the newest first. */
export async function readAll(
  retrainFolders: readonly string[],
): Promise<{ runs: { folder: string; facts: RunFacts }[]; damaged: RunList['damaged'] }> {
  const runs: { folder: string; facts: RunFacts }[] = [];
  const damaged: { folder: string; error: RetrainError }[] = [];
  for (const folder of (await Promise.all([...new Set(retrainFolders)].map(runFolders))).flat()) {
    try {
      runs.push({ folder, facts: await readRunFacts(folder) });
    } catch (error) {
      if (!(error instanceof RetrainError)) throw error;
      damaged.push({ folder, error });
    }
  }
  runs.sort(
    (a, b) =>
      Date.parse(b.facts.created) - Date.parse(a.facts.created) || byNumber.compare(b.folder, a.folder),
  );
  return { runs, damaged };
}

/** A run that was looked for, and the newest of its dataset where that is another one; folders. */
export interface FoundRun {
  readonly run: string;
  readonly passedOver: string | null;
}

/**
 * The newest run that can answer, of the nearest dataset at or above `file`; where none of that dataset can, the newest,
 * and where it has damaged runs only, one of them, so that opening it says what is wrong. Undefined where no dataset
 * above has a run.
 * @param retrainFoldersOf where the runs of a dataset may be
 */
export async function findRunFor(
  file: string,
  retrainFoldersOf: (folder: string) => readonly string[] = (folder) => [path.join(folder, '.retrain')],
  canAnswer: (facts: RunFacts) => boolean = () => true,
): Promise<FoundRun | undefined> {
  for (let folder = path.resolve(file), above = ''; folder !== above; folder = path.dirname(folder)) {
    const { runs, damaged } = await readAll(retrainFoldersOf(folder));
    const whole = standInsLast(runs);
    const newest = whole[0]?.folder ?? damaged[0]?.folder;
    if (newest !== undefined) {
      const run = whole.find(({ facts }) => canAnswer(facts))?.folder ?? newest;
      return { run, passedOver: run === newest ? null : newest };
    }
    above = folder;
  }
  return undefined;
}

/** -10 comes after -9. */
const byNumber = new Intl.Collator('en', { numeric: true });

/** The runs' folders; those of a save under way begin with a dot. */
async function runFolders(retrainFolder: string): Promise<string[]> {
  const parent = path.join(retrainFolder, 'runs');
  try {
    const entries = await readdir(parent, { withFileTypes: true });
    return entries
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
      .map((entry) => path.join(parent, entry.name))
      .sort(byNumber.compare);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM'].includes(systemCode(error) ?? '')) return [];
    throw error;
  }
}
