import path from 'node:path';
import { readBounded, resolveInside, RetrainError, Untrusted } from '../../base';
import { faults } from '../assetFile';
import { decodeWeights, parseManifest, type WeightManifest } from '../weights';
import { inputSize, type InputSize } from './input';
import type { ForeignNetwork } from './network';
import type { NormalisationKind } from './normalisation';
import { readLayers } from './readLayers';
import { readTopology } from './readTopology';

export const maxModelBytes = 64 * 2 ** 20;

/** What the files beside a model say of it. */
export interface NetworkMetadata {
  readonly input: InputSize | undefined;
  readonly normalisation: NormalisationKind | undefined;
}

/** A TF.js model, layers or graph, read from `model.json` and the weight files it names. */
export interface ModelJson extends NetworkMetadata {
  readonly network: ForeignNetwork;
}

/**
 * Reads a TF.js `model.json` of any origin. The weight files lie beside it and go by bare names; a `metadata.json`
 * of Teachable Machine is read where there is one.
 * @param asked the picture's size, where the person says it
 * @throws FILE_UNREADABLE, NETWORK_DAMAGED, BACKBONE_INPUT, BACKBONE_INPUT_OPEN
 */
export async function readModelJson(file: string, asked: InputSize | undefined): Promise<ModelJson> {
  const bytes = await readNetworkFile(file, maxModelBytes);
  const model = Untrusted.parse(bytes.toString('utf8'), damageOf(file));
  const manifest = parseManifest(model.field('weightsManifest'));
  const weights = decodeWeights(manifest, await readShards(file, manifest));
  const metadata = await readMetadata(file);
  const wanted = asked ?? metadata.input;
  const input = (said: readonly (number | undefined)[]): InputSize => inputSize(file, wanted, said);
  const topology = model.field('modelTopology');
  const isGraph =
    model.optional('format')?.value === 'graph-model' || topology.optional('node') !== undefined;
  const read = isGraph ? readTopology : readLayers;
  return { ...metadata, network: read(topology, weights, file, input) };
}

/** The error for a file of somebody else's that is not what it should be. */
export function damageOf(file: string): (reason: string) => RetrainError {
  return (reason) => new RetrainError('NETWORK_DAMAGED', { path: file, reason });
}

/** @throws NETWORK_DAMAGED, where it is missing or no file, too; FILE_UNREADABLE */
export async function readNetworkFile(file: string, limit: number): Promise<Buffer> {
  try {
    return await readBounded(file, limit);
  } catch (error) {
    const reason = error instanceof RetrainError ? faults[error.code] : undefined;
    throw reason === undefined ? error : damageOf(file)(reason);
  }
}

async function readShards(file: string, { paths, bytes }: WeightManifest): Promise<Uint8Array> {
  const folder = path.dirname(file);
  const parts: Buffer[] = [];
  let left = bytes;
  for (const name of paths) {
    const part = await readBounded(await resolveInside(folder, name), left, {
      shown: path.join(folder, name),
    });
    parts.push(part);
    left -= part.length;
  }
  if (left > 0) throw damageOf(file)(`${left} bytes of weights are missing`);
  const [only, ...more] = parts;
  return only !== undefined && more.length === 0 ? only : Buffer.concat(parts);
}

/** What Teachable Machine writes beside an image model (`@teachablemachine/image`, whose pixels are x / 127 - 1). */
async function readMetadata(file: string): Promise<NetworkMetadata> {
  const none = { input: undefined, normalisation: undefined };
  const beside = path.join(path.dirname(file), 'metadata.json');
  const bytes = await readBounded(beside, 2 ** 20).catch((error: unknown) => {
    // Others write a file of that name, too, or none.
    if (error instanceof RetrainError) return undefined;
    throw error;
  });
  if (bytes === undefined) return none;
  const metadata = Untrusted.parse(bytes.toString('utf8'), damageOf(beside));
  if (metadata.optional('packageName')?.value !== '@teachablemachine/image') return none;
  const side = metadata.optional('imageSize')?.integer(1, 4096) ?? 224;
  return {
    input: { height: side, width: side },
    normalisation: { kind: 'pixels', mean: 127, deviation: 127 },
  };
}
