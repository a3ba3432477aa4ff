import path from 'node:path';
import { Untrusted } from '../base';
import { readAssetFile, type Checksums } from './assetFile';
import { damaged } from './damage';
import type { Range } from './quantisation';
import type { ActivationRanges } from './ranges';

/** `{"format": 1, "ranges": [[node, least, most], ...]}`, the nodes in the order of the network. */
export const rangesFile = 'ranges.json';

export function writeRanges(ranges: ActivationRanges): string {
  const lines = [...ranges].map(([node, { least, most }]) => `  ${JSON.stringify([node, least, most])}`);
  return `{"format": 1, "ranges": [\n${lines.join(',\n')}\n]}\n`;
}

/**
 * The ranges beside a backbone.json: one within its limits for each of `limits`, and no other.
 * @throws BACKBONE_DAMAGED
 */
export async function readRanges(
  folder: string,
  limits: ReadonlyMap<string, Range>,
  checksums: Checksums,
): Promise<ActivationRanges> {
  const bytes = await readAssetFile(folder, rangesFile, 2 ** 20, checksums);
  const fail = (reason: string): Error => damaged(path.join(folder, rangesFile), reason);
  const document = Untrusted.parse(bytes.toString('utf8'), fail);
  document.field('format').integer(1, 1);
  const ranges = new Map<string, Range>();
  for (const line of document.field('ranges').items(limits.size)) {
    const [node, least, most, ...more] = line.items(4);
    if (node === undefined || least === undefined || most === undefined || more.length > 0)
      throw line.fail('a node and its range were expected');
    const name = node.name();
    const limit = limits.get(name);
    if (limit === undefined || ranges.has(name)) throw node.fail(`${name} takes no range`);
    const range = { least: least.finite(), most: most.finite() };
    if (range.least > range.most || range.least < limit.least || range.most > limit.most)
      throw line.fail(`the node ${name} cannot have this range`);
    ranges.set(name, range);
  }
  if (ranges.size < limits.size) throw fail(`it has ${ranges.size} ranges where ${limits.size} belong`);
  return ranges;
}
