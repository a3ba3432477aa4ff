import { createHash } from 'node:crypto';
import path from 'node:path';
import { RetrainError, readBounded, resolveInside } from '../base';
import { damaged } from './damage';

/** sha256 in hex of the files of a backbone's folder, by name. */
export type Checksums = ReadonlyMap<string, string>;

/**
 * A file of the folder itself, at most `limit` bytes. Links out of the folder are refused, and so is, where there
 * are `checksums`, a file that has none or another one.
 * @throws BACKBONE_DAMAGED
 */
export async function readAssetFile(
  folder: string,
  name: string,
  limit: number,
  checksums?: Checksums,
): Promise<Buffer> {
  const shown = path.join(folder, name);
  const bytes = await readOrFault(folder, name, limit, shown);
  if (checksums !== undefined && createHash('sha256').update(bytes).digest('hex') !== checksums.get(name))
    throw damaged(shown, 'its checksum is not the one in backbone.json');
  return bytes;
}

async function readOrFault(folder: string, name: string, limit: number, shown: string): Promise<Buffer> {
  try {
    return await readBounded(await resolveInside(folder, name), limit, { shown });
  } catch (error) {
    if (error instanceof RetrainError) throw damaged(shown, faults[error.code] ?? error.message);
    throw error;
  }
}

/** What reading says of a file of a network that is not as it should be, by the error's code. */
export const faults: Readonly<Record<string, string>> = {
  FILE_MISSING: 'it is missing',
  FILE_EMPTY: 'it is empty',
  FILE_TOO_LARGE: 'it is larger than it should be',
  NOT_A_FILE: 'it is not a regular file',
  PATH_OUTSIDE: 'it is a link to another place',
};
