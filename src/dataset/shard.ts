import { createHash } from 'node:crypto';

/** One of `count` shares of a dataset, by its number `index`, from 0. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

/**
 * True if the image at `path` (relative to the dataset, with `/`) belongs to a shard: the first 48 bits of the
 * sha256 of its path in NFC, modulo the count. So every machine that sees the dataset agrees, whatever form its file
 * system gives names in, each image is in one shard, and none changes shard when others are added.
 */
export function isInShard(path: string, { index, count }: Shard): boolean {
  const digest = createHash('sha256').update(path.normalize('NFC')).digest();
  return digest.readUIntBE(0, 6) % count === index;
}
