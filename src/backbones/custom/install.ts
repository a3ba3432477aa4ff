import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { RetrainError, retryBusy, systemCode, writeNew } from '../../base';
import {
  backboneId,
  describeBackbone,
  onnxFileName,
  type BackboneDescription,
  type BackboneFacts,
  type OnnxBackbone,
} from '../backbone';
import type { GraphFiles } from './writeGraph';

/** What a backbone that is kept is made of. */
export interface NewBackbone extends Pick<
  BackboneFacts,
  'id' | 'name' | 'dimension' | 'input' | 'normalisation' | 'cut'
> {
  /** Where it comes from: said to a person, never read again. */
  readonly source: string;
  /** What it may be used under; undefined where nobody says. */
  readonly licence: string | undefined;
  readonly network:
    | { readonly kind: 'graph'; readonly files: GraphFiles }
    | { readonly kind: 'onnx'; readonly model: Uint8Array; readonly batch: OnnxBackbone['batch'] };
}

/** An id out of a name somebody gave, or a file's: small letters, digits, dots and hyphens. @throws BACKBONE_ID */
export function idOf(name: string): string {
  const id = name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9.]+/g, '-')
    .replace(/^[-.]+|[-.]+$/g, '');
  if (!backboneId.test(id)) throw new RetrainError('BACKBONE_ID', { id: name });
  return id;
}

/**
 * Keeps a backbone as `<root>/<id>/`, in the form of an embedded one: written beside under another name, then renamed.
 * @throws BACKBONE_TAKEN, BACKBONE_ID, CACHE_UNWRITABLE
 */
export async function installBackbone(root: string, backbone: NewBackbone): Promise<string> {
  const { id, name, dimension, input, normalisation, cut, source, licence, network } = backbone;
  const facts = { format: 1, id, name, dimension, input, normalisation, cut, source, licence };
  const files: Record<string, Uint8Array> =
    network.kind === 'graph' ? { ...network.files } : { [onnxFileName]: network.model };
  const more = network.kind === 'onnx' ? { onnx: { batch: network.batch } } : {};
  return await installFiles(root, id, { ...facts, ...more }, files);
}

/** Keeps what `ranges` make of the backbone `from`, in the same `root`. @throws as `installBackbone` does */
export async function installQuantised(
  root: string,
  { id, name, from, rule, ranges }: { id: string; name: string; from: string; rule: number; ranges: string },
): Promise<string> {
  const facts = { format: 1, id, name, quantised: { from, rule } };
  return await installFiles(root, id, facts, { 'ranges.json': Buffer.from(ranges) });
}

async function installFiles(
  root: string,
  id: string,
  facts: object,
  files: Readonly<Record<string, Uint8Array>>,
): Promise<string> {
  if (!backboneId.test(id)) throw new RetrainError('BACKBONE_ID', { id });
  const folder = path.join(root, id);
  const temporary = path.join(root, `.${id}-${randomBytes(6).toString('hex')}`);
  try {
    await mkdir(root, { recursive: true });
    if (await isThere(folder)) throw new RetrainError('BACKBONE_TAKEN', { id });
    await mkdir(temporary);
    const sha256 = Object.fromEntries(
      Object.entries(files).map(([name, bytes]) => [name, createHash('sha256').update(bytes).digest('hex')]),
    );
    for (const [name, bytes] of Object.entries(files)) await writeNew(path.join(temporary, name), bytes);
    const text = `${JSON.stringify({ ...facts, sha256 }, undefined, 2)}\n`;
    await writeNew(path.join(temporary, 'backbone.json'), text);
    await retryBusy(() => rename(temporary, folder));
    return folder;
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    if (error instanceof RetrainError) throw error;
    const reason = systemCode(error) ?? String(error);
    // Another process was first.
    if (reason === 'ENOTEMPTY' || reason === 'EEXIST') throw new RetrainError('BACKBONE_TAKEN', { id });
    throw new RetrainError('CACHE_UNWRITABLE', { path: folder, reason }, { cause: error });
  }
}

async function isThere(file: string): Promise<boolean> {
  return await stat(file).then(
    () => true,
    () => false,
  );
}

/** The backbones kept in `root`, by id; one that is damaged is left out. */
export async function installedBackbones(root: string): Promise<BackboneDescription[]> {
  const entries = await readdir(root, { withFileTypes: true }).catch(() => []);
  const names = entries
    .filter((entry) => entry.isDirectory() && backboneId.test(entry.name))
    .map(({ name }) => name);
  const described = await Promise.allSettled(
    names.sort().map((name) => describeBackbone(path.join(root, name))),
  );
  return described.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
}

/** Removes a kept backbone. @throws BACKBONE_UNKNOWN, which names `others` too */
export async function removeBackbone(
  root: string,
  id: string,
  others: readonly string[] = [],
): Promise<void> {
  const folder = path.join(root, id);
  if (!backboneId.test(id) || !(await isThere(folder))) {
    const known = [...others, ...(await installedBackbones(root)).map((backbone) => backbone.id)].join(', ');
    throw new RetrainError('BACKBONE_UNKNOWN', { id, known });
  }
  await rm(folder, { recursive: true, force: true });
}
