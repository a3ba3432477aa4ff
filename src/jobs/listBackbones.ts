import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import {
  catalogue,
  downloadSize,
  embeddedBackbones,
  installedBackbones,
  type BackboneDescription,
} from '../backbones';
import { readSpeeds } from './backboneSpeeds';
import type { BackboneListing } from './backboneResults';
import type { Job } from './context';
import { keptBackbones } from './places';

/** The backbones of this machine: those that come with the extension, then the person's own, then the catalogue's. */
export const listBackbones: Job<'listBackbones'> = async (_params, { places }) => {
  const speeds = await readSpeeds(places);
  const listed = async (
    { id, name, dimension, input, cut, quantisedFrom, licence }: BackboneDescription,
    root: string,
    origin: 'embedded' | 'own',
  ): Promise<BackboneListing> => {
    const folders = [id, ...(quantisedFrom === undefined ? [] : [quantisedFrom])];
    const sizes = await Promise.all(folders.map((folder) => bytesIn(path.join(root, folder))));
    return {
      id,
      name,
      dimension,
      input,
      eightBits: quantisedFrom !== undefined,
      origin,
      licence: licence ?? null,
      bytes: sizes.reduce((sum, bytes) => sum + bytes, 0),
      address: null,
      better: catalogue.find((entry) => entry.id === id && entry.cut.join() === cut.join())?.better ?? null,
      speed: speeds.get(id) ?? null,
    };
  };
  const assets = path.join(places.assets, 'backbones');
  const kept = keptBackbones(places);
  const here = await Promise.all([
    ...(await embeddedBackbones(places.assets)).map((backbone) => listed(backbone, assets, 'embedded')),
    ...(await installedBackbones(kept)).map((backbone) => listed(backbone, kept, 'own')),
  ]);
  const ids = new Set(here.map(({ id }) => id));
  const more = catalogue
    .filter(({ id }) => !ids.has(id))
    .map((entry): BackboneListing => {
      const { id, name, dimension, input, licence, folder } = entry;
      const facts = { id, name, dimension, input, eightBits: false, licence };
      return {
        ...facts,
        origin: 'catalogue',
        bytes: downloadSize(entry),
        address: folder,
        better: entry.better ?? null,
        speed: null,
      };
    });
  return { backbones: [...here, ...more] };
};

/** Of the files of a backbone, which has no folders. */
async function bytesIn(folder: string): Promise<number> {
  const names = await readdir(folder).catch(() => []);
  const sizes = await Promise.all(
    names.map((name) =>
      stat(path.join(folder, name)).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
