import path from 'node:path';
import { readBounded, Untrusted, writeAtomic, writeNew } from '../base';
import type { Distortions } from '../images';
import type { CachedBackbone } from './cache';
import { folderName } from './folderName';
import { backboneFolder, entriesOf } from './layout';

const largest = 2 ** 20;

/**
 * Writes backbone.json: what the newest values of this backbone were computed with. (What a part's own were, its
 * head says.)
 */
export async function describeBackbone(root: string, backbone: CachedBackbone): Promise<void> {
  const { id, fingerprint, dimension, cut, input, normalisation, module, views } = backbone;
  const file = path.join(backboneFolder(root, id), 'backbone.json');
  const source =
    module === undefined ? { cut, preprocessing: { input, normalisation } } : { imported: { module } };
  const facts = { format: 1, id, fingerprint, dimension, ...source, ...(views && { views }) };
  const text = `${JSON.stringify(facts, undefined, 2)}\n`;
  const before = await readBounded(file, largest).catch(() => undefined);
  if (before?.toString() !== text) await writeAtomic(file, text);
}

/** Copies backbone.json of the cache `from` into the cache `into`, which has none yet. */
export async function copyDescription(from: string, into: string, id: string): Promise<void> {
  const source = backboneFolder(from, id);
  const { files } = await entriesOf(from, source);
  // a link in its place could lead to any file
  if (!files.includes('backbone.json') || (await describedBackbone(source)).fingerprint === undefined) return;
  const bytes = await readBounded(path.join(source, 'backbone.json'), largest);
  await writeNew(path.join(backboneFolder(into, id), 'backbone.json'), bytes);
}

/** Which backbone's values stand in `folder`, and the fingerprint of the newest, where backbone.json is readable. */
export async function describedBackbone(
  folder: string,
): Promise<{ id: string; fingerprint: string | undefined }> {
  const name = path.basename(folder);
  try {
    const bytes = await readBounded(path.join(folder, 'backbone.json'), largest);
    const facts: unknown = JSON.parse(bytes.toString());
    if (typeof facts !== 'object' || facts === null) return { id: name, fingerprint: undefined };
    const id =
      'id' in facts && typeof facts.id === 'string' && folderName(facts.id) === name ? facts.id : name;
    const known = 'fingerprint' in facts && typeof facts.fingerprint === 'string';
    return { id, fingerprint: known ? String(facts.fingerprint) : undefined };
  } catch {
    return { id: name, fingerprint: undefined };
  }
}

/** By what the values in `folder` are views; undefined where backbone.json does not say so. */
export async function describedViews(folder: string): Promise<Distortions | undefined> {
  try {
    const text = (await readBounded(path.join(folder, 'backbone.json'), largest)).toString();
    const views = Untrusted.parse(text, (reason) => new Error(reason)).field('views');
    const percentage = (name: string) => views.field(name).number(0, 100);
    return {
      flipLeftRight: views.field('flipLeftRight').value === true,
      randomCrop: percentage('randomCrop'),
      randomScale: percentage('randomScale'),
      randomBrightness: percentage('randomBrightness'),
    };
  } catch {
    return undefined;
  }
}
