import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { throwIfAborted } from '../base';
import type { ImageFile } from '../dataset';

/** One of retrain.py's text files, and the image it is about. */
export interface TextFile {
  /** Relative to their folder, with `/`. */
  readonly path: string;
  readonly image: ImageFile;
}

export interface FoundTextFiles {
  /** By module, each in the order of the images. */
  readonly modules: ReadonlyMap<string, readonly TextFile[]>;
  /** Text files that belong to no image, by path. */
  readonly unmatched: readonly string[];
}

/**
 * Finds `<folder>/<path of an image>_<module>.txt` at any depth. Of two images that a name may belong to (`a.jpg` and
 * `a.jpg_b.jpg`) it is the one with the longer name. No link is followed.
 */
export async function findTextFiles(
  folder: string,
  images: readonly ImageFile[],
  signal?: AbortSignal,
): Promise<FoundTextFiles> {
  // the same name may be composed otherwise on the system the files come from
  const byPath = new Map(images.map((image, place) => [image.path.normalize('NFC'), { image, place }]));
  const found = new Map<string, (TextFile & { place: number })[]>();
  const unmatched: string[] = [];
  for (const file of await textFilesIn(folder, '', signal)) {
    const match = matched(file.normalize('NFC'), byPath);
    if (match === undefined) {
      unmatched.push(file);
      continue;
    }
    const { module, image, place } = match;
    const files = found.get(module);
    if (files) files.push({ path: file, image, place });
    else found.set(module, [{ path: file, image, place }]);
  }
  const modules = [...found]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([module, files]): [string, TextFile[]] => [
      module,
      files.sort((a, b) => a.place - b.place).map(({ path, image }) => ({ path, image })),
    ]);
  return { modules: new Map(modules), unmatched: unmatched.sort() };
}

interface Match {
  readonly module: string;
  readonly image: ImageFile;
  readonly place: number;
}

function matched(
  file: string,
  images: ReadonlyMap<string, { readonly image: ImageFile; readonly place: number }>,
): Match | undefined {
  const stem = file.slice(0, -'.txt'.length);
  for (let end = stem.lastIndexOf('_'); end > 0; end = stem.lastIndexOf('_', end - 1)) {
    const found = images.get(stem.slice(0, end));
    if (found && end < stem.length - 1) return { module: stem.slice(end + 1), ...found };
  }
  return undefined;
}

async function textFilesIn(
  folder: string,
  below: string,
  signal: AbortSignal | undefined,
): Promise<string[]> {
  throwIfAborted(signal);
  const files: string[] = [];
  for (const entry of await readdir(path.join(folder, below), { withFileTypes: true })) {
    const relative = below === '' ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory() && !entry.name.startsWith('.'))
      files.push(...(await textFilesIn(folder, relative, signal)));
    else if (entry.isFile() && entry.name.endsWith('.txt')) files.push(relative);
  }
  return files;
}
