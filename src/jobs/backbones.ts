import path from 'node:path';
import { RetrainError, throwIfAborted } from '../base';
import {
  catalogue,
  defaultCut,
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
  whyNotQuantised,
  type CutCandidate,
  type ProxySettings,
  type ReadNetwork,
} from '../backbones';
import { probeOnnx } from '../runtimes';
import type { Job, JobContext } from './context';
import { probeBatch } from './probeBatch';
import { keptBackbones } from './places';
import type { Connection, NetworkSource } from './backboneRequests';
import type { DownloadProgress } from './backboneResults';
import { noteSpeed } from './backboneSpeeds';
import { addressKey, withDownloadFolder } from './downloadFolder';

/** Fetches a network of the catalogue and keeps it; a later call goes on where an earlier one stopped. */
export const downloadBackbone: Job<'downloadBackbone'> = async (
  { id, cut, connection, from },
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
  return await withDownloadFolder(id, places, async ({ folder, forget }) => {
    const options = { signal, ...settingsOf(connection), report: reporter(report) };
    const file = await fetchCatalogued(entry, folder, options, from ?? undefined);
    const { network, ...made } = (await readNetwork(file, entry.input, probeOnnx)).cutAt(
      cut ?? entry.cut,
      entry.normalisation,
    );
    if (network.kind !== 'graph') throw new TypeError(`${id} is catalogued as a graph`);
    const { name, licence, folder: source } = entry;
    await installBackbone(root, { id, name, source, licence, ...made, network });
    await forget();
    const { dimension, cut: cutAt, input } = made;
    return { id, name, dimension, cut: cutAt, input, quantisable: true };
  });
};

/** Where a network can be cut, and what its files say of it; nothing is kept. */
export const inspectNetwork: Job<'inspectNetwork'> = async (asked, context) =>
  await withNetwork(asked, context, ({ input, normalisation, candidates }) =>
    Promise.resolve({
      name: nameOf(asked.source),
      input,
      normalisationKnown: normalisation !== undefined,
      candidates: candidates.map(plain),
      defaultCut: defaultCut(candidates) ?? null,
    }),
  );

/** Makes a backbone of any network and keeps it. */
export const addBackbone: Job<'addBackbone'> = async (
  { source, name, cut, input, normalisation: wanted, connection },
  context,
) => {
  const normalisation = wanted === null ? undefined : parseNormalisation(wanted);
  if (wanted !== null && normalisation === undefined)
    throw new RetrainError('NORMALISATION_UNKNOWN', { text: wanted });
  return await withNetwork({ source, input, connection }, context, async (read, forget) => {
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
      licence: undefined,
      ...made,
      network: kept,
    });
    await forget();
    const { dimension, cut: cutAt, input: size } = made;
    const quantisable = network.kind === 'graph' || whyNotQuantised(network.model) === undefined;
    return { id, name: called, dimension, cut: cutAt, input: size, quantisable };
  });
};

/** @throws BACKBONE_UNKNOWN, BACKBONE_EMBEDDED */
export const removeBackbone: Job<'removeBackbone'> = async ({ id }, { places, networks }) => {
  const embedded = (await embeddedBackbones(places.assets)).map((backbone) => backbone.id);
  if (embedded.includes(id)) throw new RetrainError('BACKBONE_EMBEDDED', { id });
  await remove(keptBackbones(places), id, embedded);
  await networks.forget(id);
  await noteSpeed(places, id, null);
  return {};
};

/**
 * Reads the network at a path or an address. What was fetched stays for the next call, which asks whether it is still
 * the same, until `use` forgets it.
 */
async function withNetwork<T>(
  { source, input, connection }: NetworkSource,
  { places, signal, report }: JobContext<DownloadProgress>,
  use: (network: ReadNetwork, forget: () => Promise<void>) => Promise<T>,
): Promise<T> {
  const asked = input ?? undefined;
  if (!isAddress(source))
    return await use(await readNetwork(source, asked, probeOnnx), () => Promise.resolve());
  return await withDownloadFolder(addressKey(source), places, async ({ folder, forget }) => {
    const options = { signal, ...settingsOf(connection), report: reporter(report) };
    try {
      const file = await fetchNetwork(source, folder, options);
      return await use(await readNetwork(file, asked, probeOnnx), forget);
    } catch (error) {
      // Once more it would be no better.
      if (error instanceof RetrainError && error.code === 'NETWORK_DAMAGED') await forget();
      throw ofSource(error, source, folder);
    }
  });
}

/** An error about a file that was fetched into `folder`, which nobody named, as one about where it came from. */
function ofSource(error: unknown, source: string, folder: string): unknown {
  if (!(error instanceof RetrainError)) return error;
  const { code, params } = error;
  const file = typeof params['path'] === 'string' ? params['path'] : '';
  if (path.dirname(file) !== folder) return error;
  const name = path.basename(file);
  const asked = name === 'model.json' || name === 'network.onnx';
  return new RetrainError(
    code,
    { ...params, path: asked ? source : new URL(name, source).href },
    { cause: error },
  );
}

function settingsOf(connection: Connection | null): ProxySettings {
  if (connection === null) return {};
  const { proxy, proxyAuthorization, ...others } = connection;
  return { ...others, proxy: proxy ?? undefined, proxyAuthorization: proxyAuthorization ?? undefined };
}

function reporter(report: JobContext<DownloadProgress>['report']) {
  return (done: number, of: number | undefined) => report({ kind: 'downloading', done, of: of ?? null });
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
