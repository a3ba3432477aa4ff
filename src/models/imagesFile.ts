import path from 'node:path';
import { RetrainError } from '../base';
import { readTable, writeTable } from './csvTable';
import { damaged, readRunFile, runFiles } from './runFiles';
import type { RunImage } from './runRecord';

const columns = ['sha256', 'label', 'path'] as const;
const mostBytes = 2 ** 29;
const longestText = 32_768;

/** images.csv: one line an image of the dataset as it was, in the order given. */
export function writeImages(images: readonly RunImage[]): string {
  return writeTable(
    columns,
    images.map((image) => columns.map((column) => image[column])),
  );
}

/**
 * The images of the dataset when the run was made; null where it keeps no list of them, as runs did not once.
 * @throws RUN_DAMAGED, FILE_UNREADABLE
 */
export async function readRunImages(folder: string): Promise<RunImage[] | null> {
  let bytes: Buffer;
  try {
    bytes = await readRunFile(folder, runFiles.images, mostBytes);
  } catch (error) {
    const absent = error instanceof RetrainError && isMissing(error.cause);
    if (absent) return null;
    throw error;
  }
  const fail = (reason: string): Error => damaged(path.join(folder, runFiles.images), reason);
  return readTable(columns, bytes.toString('utf8'), fail).map((row, i) => {
    const [sha256, label, file] = row;
    const wrong = (what: string): Error => fail(`row ${i + 1}: ${what}`);
    if (sha256 === undefined || label === undefined || file === undefined || row.length !== columns.length)
      throw wrong(`it has ${row.length} fields`);
    if (!/^[0-9a-f]{64}$/.test(sha256)) throw wrong('sha256');
    if (label.length > longestText || file.length > longestText) throw wrong('a name that is too long');
    return { sha256, label, path: file };
  });
}

function isMissing(cause: unknown): boolean {
  return cause instanceof RetrainError && cause.code === 'FILE_MISSING';
}
