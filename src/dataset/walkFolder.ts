import { constants, type Dirent } from 'node:fs';
import { open, readdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { isInside, systemCode, throwIfAborted } from '../base';
import { forEachConcurrently } from './concurrently';
import { compare, skippedFile, type SkippedFile, type Sniff } from './dataset';
import { isPassedOver, kindOfName } from './fileNames';

/** A folder by the path it is shown under and by the one it really has, which differ behind links. */
export interface Folder {
  /** Relative to the root, with `/`; empty for the root itself. */
  readonly path: string;
  readonly real: string;
}

/** What stands directly in a folder. Links are resolved; what leads out of the root is among `skipped`. */
export interface Listing {
  readonly folders: readonly Folder[];
  readonly linkedFolders: readonly Folder[];
  /** Paths of files that are images by their names or, without an extension, by their first bytes. */
  readonly images: readonly string[];
  readonly skipped: readonly SkippedFile[];
}

export interface WalkOptions {
  readonly sniff: Sniff;
  readonly signal?: AbortSignal | undefined;
}

/** File system requests at once: enough to hide the latency of a network drive. */
export const requestsAtOnce = 32;

/** What stands directly in `folder`; a folder that cannot be read is itself among `skipped`. */
export async function listFolder(
  root: Folder,
  folder: Folder,
  { sniff, signal }: WalkOptions,
): Promise<Listing> {
  throwIfAborted(signal);
  const folders: Folder[] = [];
  const linkedFolders: Folder[] = [];
  const images: string[] = [];
  const skipped: SkippedFile[] = [];
  let entries: Dirent[];
  try {
    entries = await readdir(folder.real, { withFileTypes: true });
  } catch (error) {
    return { folders, linkedFolders, images, skipped: [unreadableFolder(folder, error)] };
  }
  const links: Dirent[] = [];
  const unnamed: { shown: string; real: string }[] = [];
  const takeFile = (name: string, shown: string, real: string) => {
    const named = kindOfName(name);
    if (named.kind === 'image') images.push(shown);
    else if (named.kind === 'unsupported')
      skipped.push(skippedFile(shown, 'FORMAT_UNSUPPORTED', { format: named.format }));
    else if (named.kind === 'unnamed') unnamed.push({ shown, real });
  };
  for (const entry of entries) {
    if (isPassedOver(entry.name)) continue;
    const shown = below(folder.path, entry.name);
    const real = path.join(folder.real, entry.name);
    if (entry.isDirectory()) folders.push({ path: shown, real });
    else if (entry.isFile()) takeFile(entry.name, shown, real);
    else if (entry.isSymbolicLink()) links.push(entry);
    else if (kindOfName(entry.name).kind === 'image') skipped.push(skippedFile(shown, 'NOT_A_FILE'));
  }
  await forEachConcurrently(links, requestsAtOnce, signal, async ({ name }) => {
    const shown = below(folder.path, name);
    const target = await resolveLink(root.real, path.join(folder.real, name));
    switch (target.kind) {
      case 'folder':
        linkedFolders.push({ path: shown, real: target.real });
        break;
      case 'file':
        takeFile(name, shown, target.real);
        break;
      default: {
        // A link by another name than an image's is of no concern, unless it may have been a folder.
        const { kind } = kindOfName(name);
        if (kind === 'image' || kind === 'unnamed' || (target.kind === 'outside' && target.folder))
          skipped.push(skippedFile(shown, linkFailures[target.kind]));
      }
    }
  });
  await forEachConcurrently(unnamed, requestsAtOnce, signal, async ({ shown, real }) => {
    const sniffed = sniff(await readHead(real));
    if (sniffed.kind === 'supported') images.push(shown);
    else if (sniffed.kind === 'unsupported')
      skipped.push(skippedFile(shown, 'FORMAT_UNSUPPORTED', { format: sniffed.name }));
  });
  return { folders, linkedFolders, images, skipped };
}

/**
 * All images below `start`, at any depth. Links to folders are followed after everything else, in the order of their
 * paths, and no folder is walked twice: the result never depends on timing, and a loop ends.
 */
export async function walkFolder(
  root: Folder,
  start: Folder,
  options: WalkOptions,
): Promise<{ images: string[]; skipped: SkippedFile[] }> {
  const images: string[] = [];
  const skipped: SkippedFile[] = [];
  const visited = new Set<string>();
  let links: Folder[] = [];
  const walk = async (first: Folder) => {
    const pending = [first];
    for (let folder = pending.pop(); folder !== undefined; folder = pending.pop()) {
      if (visited.has(folder.real)) continue;
      visited.add(folder.real);
      const listing = await listFolder(root, folder, options);
      pending.push(...listing.folders);
      for (const image of listing.images) images.push(image);
      for (const file of listing.skipped) skipped.push(file);
      const within = folder.real;
      links.push(
        ...listing.linkedFolders.filter(({ real }) => !isInside(real, within) && !isInside(real, start.real)),
      );
    }
  };
  await walk(start);
  while (links.length > 0) {
    const round = links.sort((a, b) => compare(a.path, b.path));
    links = [];
    for (const link of round) await walk(link);
  }
  return { images, skipped };
}

function below(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`;
}

function unreadableFolder({ path: shown, real }: Folder, error: unknown): SkippedFile {
  const code = systemCode(error) ?? String(error);
  if (code === 'ENOENT' && isGarbled(real)) return skippedFile(shown, 'NAME_NOT_UNICODE');
  return skippedFile(shown, 'FOLDER_UNREADABLE', { reason: code });
}

/** True if Node may have put U+FFFD where the name is no valid text, so that the file cannot be opened by it. */
export function isGarbled(name: string): boolean {
  return name.includes('\ufffd');
}

type LinkTarget =
  | { readonly kind: 'file' | 'folder'; readonly real: string }
  | { readonly kind: 'outside'; readonly folder: boolean }
  | { readonly kind: 'broken' }
  | { readonly kind: 'other' };

const linkFailures = { outside: 'LINK_OUTSIDE', broken: 'LINK_BROKEN', other: 'NOT_A_FILE' } as const;

async function resolveLink(root: string, link: string): Promise<LinkTarget> {
  try {
    const real = await realpath(link);
    const stats = await stat(real);
    if (!isInside(root, real)) return { kind: 'outside', folder: stats.isDirectory() };
    if (stats.isDirectory()) return { kind: 'folder', real };
    return stats.isFile() ? { kind: 'file', real } : { kind: 'other' };
  } catch {
    return { kind: 'broken' };
  }
}

/** The first bytes of a file; none of one that cannot be read, or is no file. */
async function readHead(file: string): Promise<Uint8Array> {
  try {
    const handle = await open(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(1024), 0, 1024, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch {
    return new Uint8Array();
  }
}
