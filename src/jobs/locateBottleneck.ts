import { realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { RetrainError } from '../base';
import { cacheLocation, computeBottlenecks, homesOf, openCache } from '../bottlenecks';
import type { ImageFile } from '../dataset';
import type { Job } from './context';
import type { Places } from './places';
import { noteDataset } from './datasetFolder';
import { chosenNetwork } from './settingsFile';

/** Where the values of an image are; they are computed if they are not there. */
export const locateBottleneck: Job<'locateBottleneck'> = async ({ image, ...choice }, context) => {
  const { places, networks, reader, signal, report } = context;
  const file = await realpath(image).catch(() => {
    throw new RetrainError('FILE_MISSING', { path: image });
  });
  const root = await datasetAbove(file, places);
  const { backbone, runtime } = await networks.open(await chosenNetwork(root, choice));
  const location = await cacheLocation(root, places.cacheDirectory);
  await noteDataset(root, location);
  const cache = await openCache(location.bottlenecks, backbone, { signal });
  const { rows, skipped } = await computeBottlenecks(
    {
      root,
      images: [await imageFile(root, file)],
      cache,
      backbone,
      runtime,
      reader,
    },
    { signal, report },
  );
  const [failed] = skipped;
  if (failed) throw RetrainError.fromFailure(failed);
  const part = cache.partOf(rows[0]?.sha256 ?? '');
  if (!part) throw new RetrainError('FILE_MISSING', { path: image });
  return part;
};

/** The nearest folder above that has a cache or runs; else the one whose class folder holds the image. */
async function datasetAbove(file: string, { cacheDirectory }: Places): Promise<string> {
  const isFolder = (folder: string) =>
    stat(folder).then(
      (stats) => stats.isDirectory(),
      () => false,
    );
  const start = path.dirname(file);
  for (let folder = start, below = ''; folder !== below; folder = path.dirname(folder)) {
    for (const home of homesOf(folder, cacheDirectory))
      for (const name of ['.bottlenecks', '.retrain'])
        if (await isFolder(path.join(home, name))) return folder;
    below = folder;
  }
  return path.dirname(start);
}

async function imageFile(root: string, file: string): Promise<ImageFile> {
  const { size, mtimeNs } = await stat(file, { bigint: true });
  const relative = path.relative(root, file).split(path.sep).join('/');
  const label = relative.includes('/') ? (relative.split('/')[0] ?? '') : path.basename(root);
  return { path: relative, label, size: Number(size), mtimeNs };
}
