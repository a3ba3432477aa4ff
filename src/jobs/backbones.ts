import { mkdtemp, mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { RetrainError, throwIfAborted } from '../base';
import {
  catalogue,
  downloadSize,
  embeddedBackbones,
  fetchCatalogued,
  fetchNetwork,
  idOf,
  installBackbone,
  installedBackbones,
  isAddress,
  parseNormalisation,
  readNetwork,
  removeBackbone as remove,
  type BackboneFacts,
  type CutCandidate,
  type ReadNetwork,
} from '../backbones';
import { probeOnnx } from '../runtimes';
import type { Job, JobContext } from './context';
import { probeBatch } from './probeBatch';
import { keptBackbones } from './places';
import type { BackboneListing, DownloadProgress } from './backboneResults';

/** The backbones of this machine: those that come with the extension, then the person's own. */
export const listBackbones: Job<'listBackbones'> = async (_params, { places }) => {
  const listed =
    (origin: BackboneListing['origin']) =>
    ({ id, name, dimension, input, quantisedFrom }: BackboneFacts): BackboneListing => ({
      id,
      name,
      dimension,
      input,
      eightBits: quantisedFrom !== undefined,
      origin,
      download: null,
    });
  const embedded = (await embeddedBackbones(places.assets)).map(listed('embedded'));
  const own = (await installedBackbones(keptBackbones(places))).map(listed('own'));
  const there = new Set([...embedded, ...own].map(({ id }) => id));
  const more = catalogue
    .filter(({ id }) => !there.has(id))
    .map((entry): BackboneListing => {
      const { id, name, dimension, input, licence } = entry;
      const download = { licence, bytes: downloadSize(entry) };
      return { id, name, dimension, input, eightBits: false, origin: 'catalogue', download };
    });
  return { backbones: [...embedded, ...own, ...more] };
};

/** Fetches a network of the catalogue and keeps it; a later call goes on where an earlier one stopped. */
export const downloadBackbone: Job<'downloadBackbone'> = async (
  { id, cut, proxy, from },
  { places, signal, report },
) => {
  const entry = catalogue.find((listed) => listed.id === id);
  if (entry === undefined)
    throw new RetrainError('BACKBONE_NOT_LISTED', {
      id,
      known: catalogue.map((listed) => listed.id).join(', '),
    });
  const root = keptBackbones(places);
  if ((await installedBackbones(root)).some((backbone) => backbone.id === id))
    throw new RetrainError('BACKBONE_TAKEN', { id });
  const folder = path.join(root, '.downloads', id);
  const file = await fetchCatalogued(
    entry,
    folder,
    {
      signal,
      proxy: proxy ?? undefined,
      report: (done, of) => report({ kind: 'downloading', done, of: of ?? null }),
    },
    from ?? undefined,
  );
  const { network, ...made } = (await readNetwork(file, entry.input, probeOnnx)).cutAt(
    cut ?? entry.cut,
    entry.normalisation,
  );
  if (network.kind !== 'graph') throw new TypeError(`${id} is catalogued as a graph`);
  await installBackbone(root, { id, name: entry.name, source: entry.folder, ...made, network });
  await rm(folder, { recursive: true, force: true });
  return { id, name: entry.name, dimension: made.dimension, cut: made.cut, input: made.input };
};

/** Where a network can be cut, and what its files say of it; nothing is kept. */
export const inspectNetwork: Job<'inspectNetwork'> = async ({ source, input, proxy }, context) =>
  await withNetwork(source, input, proxy, context, ({ input: size, normalisation, candidates }) =>
    Promise.resolve({
      input: size,
      normalisationKnown: normalisation !== undefined,
      candidates: candidates.map(plain),
    }),
  );

/** Makes a backbone of any network and keeps it. */
export const addBackbone: Job<'addBackbone'> = async (
  { source, name, cut, input, normalisation: wanted, proxy },
  context,
) => {
  const normalisation = wanted === null ? undefined : parseNormalisation(wanted);
  if (wanted !== null && normalisation === undefined)
    throw new RetrainError('NORMALISATION_UNKNOWN', { text: wanted });
  return await withNetwork(source, input, proxy, context, async (read) => {
    const called = name ?? nameOf(source);
    const id = idOf(called);
    const known = await embeddedBackbones(context.places.assets);
    if (known.some((backbone) => backbone.id === id)) throw new RetrainError('BACKBONE_TAKEN', { id });
    const { network, ...made } = read.cutAt(cut ?? undefined, normalisation);
    throwIfAborted(context.signal);
    const kept =
      network.kind === 'graph'
        ? network
        : {
            ...network,
            batch: await probeBatch({ ...made, id, name: called, folder: read.path, model: network.model }),
          };
    await installBackbone(keptBackbones(context.places), {
      id,
      name: called,
      source,
      ...made,
      network: kept,
    });
    const { dimension, cut: cutAt, input: size } = made;
    return { id, name: called, dimension, cut: cutAt, input: size };
  });
};

export const removeBackbone: Job<'removeBackbone'> = async ({ id }, { places, networks }) => {
  await remove(keptBackbones(places), id);
  await networks.forget(id);
  return {};
};

/** Reads the network at a path or an address; what was fetched stays until it has been read. */
async function withNetwork<T>(
  source: string,
  input: { readonly height: number; readonly width: number } | null,
  proxy: string | null,
  { places, signal, report }: JobContext<DownloadProgress>,
  use: (network: ReadNetwork) => Promise<T>,
): Promise<T> {
  const asked = input ?? undefined;
  if (!isAddress(source)) return await use(await readNetwork(source, asked, probeOnnx));
  const downloads = path.join(keptBackbones(places), '.downloads');
  await mkdir(downloads, { recursive: true });
  const folder = await mkdtemp(path.join(downloads, 'network-'));
  try {
    const file = await fetchNetwork(source, folder, {
      signal,
      proxy: proxy ?? undefined,
      report: (done, of) => report({ kind: 'downloading', done, of: of ?? null }),
    });
    return await use(await readNetwork(file, asked, probeOnnx));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What a source is called where nobody says: the file, or for a model.json its folder. */
function nameOf(source: string): string {
  const parts = (isAddress(source) ? new URL(source).pathname : source)
    .split(/[\\/]/)
    .filter((part) => part !== '');
  const file = parts.at(-1) ?? '';
  const bare = file.replace(/\.(json|onnx)$/i, '');
  return bare.toLowerCase() === 'model' ? (parts.at(-2) ?? bare) : bare;
}

function plain({ name, shape, dimension }: CutCandidate): {
  name: string;
  shape: number[];
  dimension: number;
} {
  return { name, shape: [...shape], dimension };
}
