import { randomBytes } from 'node:crypto';
import type { Dirent } from 'node:fs';
import { lstat, mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { RetrainError, isAbort, resolveInside, systemCode } from '../base';
import { folderName } from './folderName';

/** Where the lines path -> content stand. */
export function filesFolder(root: string): string {
  return path.join(root, 'v1', 'files');
}

/** Where a backbone's values stand, in one folder per label. */
export function backboneFolder(root: string, id: string): string {
  return path.join(root, 'v1', folderName(id));
}

/** Where the values of a label's images stand. */
export function labelFolder(root: string, id: string, label: string): string {
  return path.join(backboneFolder(root, id), folderName(label));
}

/** A name no other part has, and that sorts after those of parts from before `time`, in milliseconds. */
export function newPartId(time = Date.now()): string {
  return `${time.toString(36).padStart(9, '0')}-${randomBytes(6).toString('hex')}`;
}

/** The time in the name of a part's file. */
export function timeOfPart(file: string): number {
  return parseInt(path.basename(file), 36);
}

/** The files that mark a cache as one, and what stands in them. */
export const markers: Readonly<Record<string, string>> = {
  '.gitignore': '*\n',
  'CACHEDIR.TAG':
    'Signature: 8a477f597d28d172789f06886806bc55\n' +
    '# This file is a cache directory tag created by Retrain Classifier.\n' +
    '# For information about cache directory tags see https://bford.info/cachedir/\n',
  'README.md':
    'The bottleneck values of the images beside this folder, computed once by Retrain Classifier.\n' +
    'Delete this folder at any time: nothing but time is lost.\n' +
    'Each .npy is a float32 matrix, one row an image; the .csv beside it says which (in paths, \\\\ is a backslash).\n',
};

/** What a failed write means to a person; an abort or a known error passes unchanged. */
export function unwritable(root: string, error: unknown): Error {
  if (error instanceof RetrainError) return error;
  if (error instanceof Error && isAbort(error)) return error;
  return new RetrainError(
    'CACHE_UNWRITABLE',
    { path: root, reason: systemCode(error) ?? String(error) },
    { cause: error },
  );
}

async function ensureFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder);
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw error;
  }
  const stats = await lstat(folder);
  if (stats.isSymbolicLink()) throw new Error(`${path.basename(folder)} is a symbolic link`);
  if (!stats.isDirectory()) throw new Error(`${path.basename(folder)} is not a folder`);
}

/**
 * Makes the cache folder, with the files that mark it as one, and below it `folder`. No symbolic link is followed:
 * where one stands in the place of a folder, nothing is written.
 * @throws CACHE_UNWRITABLE
 */
export async function makeFolders(root: string, folder: string): Promise<void> {
  try {
    await mkdir(path.dirname(root), { recursive: true });
    await ensureFolder(root);
    for (const [name, text] of Object.entries(markers)) {
      await writeFile(path.join(root, name), text, { flag: 'wx' }).catch((error: unknown) => {
        if (systemCode(error) !== 'EEXIST') throw error;
      });
    }
    let below = root;
    for (const name of path.relative(root, folder).split(path.sep)) {
      below = path.join(below, name);
      await ensureFolder(below);
    }
  } catch (error) {
    throw unwritable(root, error);
  }
}

/** How often a cache that is deleted while something is created in it is made anew. */
const attempts = 3;

/**
 * Makes `folder` and runs `create` in it; again where the cache is deleted in between, as a person may at any time.
 * @throws CACHE_UNWRITABLE, and what else `create` throws
 */
export async function createIn<T>(root: string, folder: string, create: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      await makeFolders(root, folder);
      return await create();
    } catch (error) {
      const gone = [error, error instanceof Error ? error.cause : undefined].some(
        (reason) => systemCode(reason) === 'ENOENT',
      );
      if (!gone || attempt === attempts) throw error;
    }
  }
}

/**
 * What a folder of the cache holds, sorted by name; nothing where it is not there, or leads out of `root`. Links are
 * neither files nor folders here.
 */
export async function entriesOf(
  root: string,
  folder = root,
): Promise<{ files: string[]; folders: string[] }> {
  let entries: Dirent[];
  try {
    entries = await readdir(await resolveInside(root, path.relative(root, folder)), { withFileTypes: true });
  } catch {
    return { files: [], folders: [] };
  }
  const names = (kept: Dirent[]) => kept.map((entry) => entry.name).sort();
  return {
    files: names(entries.filter((entry) => entry.isFile())),
    folders: names(entries.filter((entry) => entry.isDirectory())),
  };
}

/** True for a path as the scan gives them: relative, and leading nowhere else. Those of a cache may say anything. */
export function isPathInside(relative: string): boolean {
  return (
    relative !== '' &&
    !relative.startsWith('/') &&
    !relative.includes('\0') &&
    (!relative.includes('..') || !relative.split('/').includes('..'))
  );
}
