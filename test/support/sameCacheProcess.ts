import { rowsById } from './cacheContents';

/*
 * `<cache> <cache>`: says whether two caches hold the same images, each once, with the same values bit for bit.
 * Status 1 where they do not.
 */
const [one, other] = process.argv.slice(2).map(rowsById);
const differing = [...(one ?? [])].filter(([sha256, values]) => other?.get(sha256)?.equals(values) !== true);
const same = one !== undefined && one.size === other?.size && differing.length === 0;
process.stdout.write(
  `${one?.size ?? 0} and ${other?.size ?? 0} images, ${differing.length} not the same: ${same ? 'identical' : 'DIFFERENT'}\n`,
);
process.exitCode = same ? 0 : 1;
