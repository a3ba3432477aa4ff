import { lstat, realpath, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { isLink, RetrainError, retryBusy, systemCode } from '../base';

/**
 * Removes a run for good, a damaged one too: first out of the list, by renaming it, then from the disk.
 * @throws NOT_A_RUN where `folder` is not `.retrain/runs/<run>`; PATH_OUTSIDE where it is a symbolic link; RUN_UNWRITABLE
 */
export async function removeRun(folder: string): Promise<void> {
  if (await isLink(folder))
    throw new RetrainError('PATH_OUTSIDE', { path: folder, root: path.dirname(folder) });
  const stats = await lstat(folder).catch(() => undefined);
  const [kept, runs, name = ''] =
    stats?.isDirectory() === true ? (await realpath(folder)).split(path.sep).slice(-3) : [];
  if (kept !== '.retrain' || runs !== 'runs' || name.startsWith('.'))
    throw new RetrainError('NOT_A_RUN', { path: folder });
  const going = path.join(path.dirname(folder), `.${name}-removed-${Date.now().toString(36)}`);
  try {
    await retryBusy(() => rename(folder, going));
    await retryBusy(() => rm(going, { recursive: true, force: true }));
  } catch (error) {
    const reason = systemCode(error);
    if (reason === undefined) throw error;
    throw new RetrainError('RUN_UNDELETABLE', { path: folder, reason }, { cause: error });
  }
}
