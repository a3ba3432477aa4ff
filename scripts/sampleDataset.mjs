import { cp, mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { cached, isFolder, root } from './repository.mjs';

/** A copy of the sample photos: the run and the bottleneck values do not belong among the project's own files. */
export async function sampleDataset() {
  const folder = cached('samples', 'flowers');
  if (isFolder(folder)) return folder;
  const unfinished = `${folder}.${process.pid}`;
  await mkdir(path.dirname(folder), { recursive: true });
  await rm(unfinished, { recursive: true, force: true });
  await cp(path.join(root, 'media', 'samples', 'flowers'), unfinished, { recursive: true });
  await rename(unfinished, folder);
  return folder;
}
