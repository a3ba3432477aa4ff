import { createHash } from 'node:crypto';
import path from 'node:path';
import { readBounded, Untrusted } from '../base';
import type { CachedBackbone } from './cache';
import { backboneFolder } from './layout';

/** A network that is not here: its values came from retrain.py's text files. */
export interface ImportedBackbone extends CachedBackbone {
  readonly name: string;
  /** As it stands in the names of those files. */
  readonly module: string;
}

const prefix = 'imported-';
const largest = 2 ** 20;

/** A module's name as retrain.py writes it into file names. */
export function moduleInFileName(module: string): string {
  return module.replaceAll('://', '~').replace(/[/:\\]/g, '~');
}

/** The backbone id of a module, whose name may be as it is or as it stands in file names. */
export function importedId(module: string): string {
  const name = moduleInFileName(module);
  const plain = name
    .toLowerCase()
    .replace(/[^a-z0-9._]+/g, '-')
    .slice(0, 80)
    .replace(/^[-.]+|[-.]+$/g, '');
  if (plain.replaceAll('-', '~') === name) return prefix + plain;
  return `${prefix}${plain}-${createHash('sha256').update(name).digest('hex').slice(0, 8)}`;
}

export function isImportedId(id: string): boolean {
  return id.startsWith(prefix);
}

/** The backbone of imported values of D = `dimension`. It has no input: nothing is ever computed with it. */
export function importedBackbone(module: string, dimension: number): ImportedBackbone {
  const name = moduleInFileName(module);
  const fingerprint = createHash('sha256').update(`retrain.py\n${name}\n${dimension}`).digest('hex');
  return {
    id: importedId(name),
    name,
    module: name,
    fingerprint,
    dimension,
    cut: [],
    input: { width: 0, height: 0 },
    normalisation: { mean: 0, deviation: 1 },
  };
}

/** The imported backbone of a cache that `name`, an id or a module, means; undefined where there is none. */
export async function findImported(root: string, name: string): Promise<ImportedBackbone | undefined> {
  const id = isImportedId(name) ? name : importedId(name);
  const file = path.join(backboneFolder(root, id), 'backbone.json');
  try {
    const text = (await readBounded(file, largest)).toString('utf8');
    const document = Untrusted.parse(text, (reason) => new Error(reason));
    document.field('format').is(1);
    const module = document.field('imported').field('module').name();
    const backbone = importedBackbone(module, document.field('dimension').integer(1, 2 ** 17));
    return backbone.id === id ? backbone : undefined;
  } catch {
    // damaged or not there: to be imported again
    return undefined;
  }
}
