import path from 'node:path';
import { throwIfAborted } from '../base';
import { leaseBeside, removeParts } from './compaction';
import { compactAlone } from './compactionLease';
import { FileMapWriter, readFileLines, type FileLine } from './fileMap';
import { entriesOf, filesFolder, timeOfPart } from './layout';
import { isFree } from './lease';
import { countLines } from './lines';
import { outweighs } from './staleRows';

/** Lines that are written at once. */
const together = 4096;

/** The parts of the map path -> content. */
export async function partsOfFileMap(root: string): Promise<string[]> {
  const folder = filesFolder(root);
  const { files } = await entriesOf(root, folder);
  return files.filter((name) => name.endsWith('.csv')).map((name) => path.join(folder, name));
}

/**
 * Removes the lines about paths where there is no file any more, and all but the last about each other path, once
 * they outweigh a quarter: what is left is written into a new part first, then the old ones are removed.
 * @param parts those that were there before the dataset was scanned
 * @param paths of all files of the dataset, also those that could not be read
 */
export async function compactStaleLines(
  root: string,
  parts: readonly string[],
  paths: ReadonlySet<string>,
  signal?: AbortSignal,
): Promise<void> {
  let all = 0;
  for (const file of parts) {
    throwIfAborted(signal);
    // but for the names of the columns
    if (await isFree(leaseBeside(file))) all += Math.max(0, (await countLines(file)) - 1);
  }
  if (outweighs(all - Math.min(all, paths.size), all))
    await compactAlone(filesFolder(root), () => rewrite(root, parts, paths, signal));
}

async function rewrite(
  root: string,
  parts: readonly string[],
  paths: ReadonlySet<string>,
  signal: AbortSignal | undefined,
): Promise<void> {
  const free: string[] = [];
  const lines = new Map<string, FileLine>();
  let all = 0;
  for (const file of parts) {
    throwIfAborted(signal);
    // beyond one that is being written, an older line could overtake a newer one in there
    if (!(await isFree(leaseBeside(file)))) break;
    free.push(file);
    all += Math.max(0, (await countLines(file)) - 1);
    await readFileLines(file, (line) => {
      if (paths.has(line.path)) lines.set(line.path, line);
    });
  }
  if (!outweighs(all - lines.size, all)) return;
  if (lines.size > 0) {
    const writer = await FileMapWriter.create(root, timeOfPart(free.at(-1) ?? ''));
    try {
      const kept = [...lines.values()];
      for (let start = 0; start < kept.length; start += together)
        writer.append(kept.slice(start, start + together));
    } finally {
      await writer.close();
    }
  }
  await removeParts(free);
}
