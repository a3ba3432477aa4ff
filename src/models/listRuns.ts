import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { RetrainError, systemCode } from '../base';
import { readRunFacts } from './readRun';

export interface RunList {
  /** Folders, the newest run first. */
  readonly runs: readonly string[];
  /** Folders whose run.json cannot be read, and why. */
  readonly damaged: readonly { readonly folder: string; readonly error: RetrainError }[];
}

/** The runs of a dataset's `.retrain` folder; none where there is no such folder. A damaged run stops nothing. */
export async function listRuns(retrainFolder: string): Promise<RunList> {
  const parent = path.join(retrainFolder, 'runs');
  const runs: { folder: string; created: number }[] = [];
  const damaged: { folder: string; error: RetrainError }[] = [];
  for (const name of await runNames(parent)) {
    const folder = path.join(parent, name);
    try {
      runs.push({ folder, created: Date.parse((await readRunFacts(folder)).created) });
    } catch (error) {
      if (!(error instanceof RetrainError)) throw error;
      damaged.push({ folder, error });
    }
  }
  runs.sort((a, b) => b.created - a.created || byNumber.compare(b.folder, a.folder));
  return { runs: runs.map(({ folder }) => folder), damaged };
}

/**
 * The newest run of the nearest dataset at or above `file`; where that dataset has damaged runs only, one of
 * them, so that reading it says what is wrong. Undefined where no dataset above has a run.
 * @param retrainFoldersOf where the runs of a dataset may be, the first place that has one wins
 */
export async function findRunFor(
  file: string,
  retrainFoldersOf: (folder: string) => readonly string[] = (folder) => [path.join(folder, '.retrain')],
): Promise<string | undefined> {
  for (let folder = path.resolve(file), above = ''; folder !== above; folder = path.dirname(folder)) {
    for (const retrainFolder of retrainFoldersOf(folder)) {
      const { runs, damaged } = await listRuns(retrainFolder);
      const found = runs[0] ?? damaged[0]?.folder;
      if (found !== undefined) return found;
    }
    above = folder;
  }
  return undefined;
}

/** -10 comes after -9. */
const byNumber = new Intl.Collator('en', { numeric: true });

/** Subfolders; those of a save under way begin with a dot. */
async function runNames(parent: string): Promise<string[]> {
  try {
    const entries = await readdir(parent, { withFileTypes: true });
    return entries
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
      .map((entry) => entry.name)
      .sort(byNumber.compare);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM'].includes(systemCode(error) ?? '')) return [];
    throw error;
  }
}
