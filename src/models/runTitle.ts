import path from 'node:path';
import { isLink, RetrainError, systemCode, Untrusted, writeAtomic } from '../base';
import { readRunFacts } from './readRun';
import { damaged, readRunFile, runFiles } from './runFiles';

/** How a person keeps a run: what they call it, and whether it stands above the others. */
export interface RunTitle {
  /** Null: it goes by the name of its folder, which stays what it is known by. */
  readonly title: string | null;
  readonly pinned: boolean;
}

const format = 1;
/** In UTF-16 units; a character takes up to two. */
const longest = 200;
const none: RunTitle = { title: null, pinned: false };

/** The title of a run. One that is missing or damaged is none: it must not keep anybody from their run. */
export async function readRunTitle(folder: string): Promise<RunTitle> {
  try {
    const bytes = await readRunFile(folder, runFiles.title, 65_536);
    const file = path.join(folder, runFiles.title);
    const root = Untrusted.parse(bytes.toString('utf8'), (reason) => damaged(file, reason));
    root.field('format').is(format);
    return {
      title: root.field('title').nullable((title) => title.name(longest)),
      pinned: root.field('pinned').boolean(),
    };
  } catch (error) {
    if (error instanceof RetrainError) return none;
    throw error;
  }
}

/**
 * Gives a run a title, or takes it away; one that is only spaces is none. What is longer than 100 characters is cut.
 * @throws as `readRunFacts` does where `folder` is no run; PATH_OUTSIDE where it is a symbolic link; RUN_UNWRITABLE
 */
export async function writeRunTitle(folder: string, { title, pinned }: RunTitle): Promise<RunTitle> {
  if (await isLink(folder))
    throw new RetrainError('PATH_OUTSIDE', { path: folder, root: path.dirname(folder) });
  await readRunFacts(folder);
  const shortened = [...(title ?? '').trim()].slice(0, longest / 2).join('');
  const written: RunTitle = { title: shortened === '' ? null : shortened, pinned };
  try {
    const text = `${JSON.stringify({ format, ...written }, null, 2)}\n`;
    await writeAtomic(path.join(folder, runFiles.title), text);
  } catch (error) {
    const reason = systemCode(error);
    if (reason === undefined) throw error;
    throw new RetrainError('RUN_UNWRITABLE', { path: folder, reason }, { cause: error });
  }
  return written;
}
