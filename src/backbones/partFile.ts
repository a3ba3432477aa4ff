import { rename, rm, stat } from 'node:fs/promises';
import { readBounded, retryBusy, Untrusted, writeAtomic } from '../base';

/** Beside a part: where it comes from, and the server's mark for this version of the file, '' where it has none. */
interface PartMark {
  readonly url: string;
  readonly mark: string;
}

const markFile = (part: string): string => `${part}.json`;

export async function markPart(part: string, mark: PartMark): Promise<void> {
  await writeAtomic(markFile(part), JSON.stringify(mark));
}

export async function forgetPart(part: string): Promise<void> {
  await rm(part, { force: true });
  await rm(markFile(part), { force: true });
}

/** Makes a file that was fetched whole, and whose mark was kept, a part again: the server is asked whether it still holds. */
export async function takeUp(file: string, part: string): Promise<void> {
  const isFile = (name: string): Promise<boolean> =>
    stat(name).then(
      (stats) => stats.isFile(),
      () => false,
    );
  if ((await isFile(part)) || !(await isFile(file)) || (await readMark(part)) === undefined) return;
  await retryBusy(() => rename(file, part));
}

/**
 * The bytes to go on after, and the mark they were sent under. Where there is no telling whether they belong to the
 * file that would be sent now, they are thrown away; a `pinned` one has its checksum held against it in the end.
 */
export async function resumable(
  url: string,
  part: string,
  pinned: boolean,
): Promise<{ from: number; mark: string }> {
  const size = await stat(part).then(
    (stats) => (stats.isFile() ? stats.size : 0),
    () => 0,
  );
  const known = await readMark(part);
  if (size > 0 && known?.url === url && (pinned || known.mark !== ''))
    return { from: size, mark: known.mark };
  await forgetPart(part);
  return { from: 0, mark: '' };
}

async function readMark(part: string): Promise<PartMark | undefined> {
  try {
    const text = (await readBounded(markFile(part), 65_536)).toString('utf8');
    const document = Untrusted.parse(text, (reason) => new Error(reason));
    return { url: document.field('url').text(), mark: document.field('mark').text(1000) };
  } catch {
    return undefined;
  }
}
