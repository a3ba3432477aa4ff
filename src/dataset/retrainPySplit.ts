import { createHash } from 'node:crypto';
import type { Side } from './dataset';

/** retrain.py's MAX_NUM_IMAGES_PER_CLASS. */
const most = 2 ** 27 - 1;

/** Percent of the images, as retrain.py's flags have them. */
export interface RetrainPyShares {
  readonly validation: number;
  readonly testing: number;
}

/**
 * Where retrain.py places a file between 0 and 100: the sha1 of its path, up to `_nohash_`, modulo 2^27. It goes by
 * the whole path: what is called by another name, or lies in a folder that was moved, stands elsewhere.
 * @param file the path as retrain.py makes it: the dataset's folder as it was given, `/`, the path in it
 */
export function retrainPyPercentage(file: string): number {
  const end = file.indexOf('_nohash_');
  const digest = createHash('sha1')
    .update(end === -1 ? file : file.slice(0, end))
    .digest();
  // 2^27 divides 2^32: the last four bytes decide
  return (digest.readUInt32BE(16) % (most + 1)) * (100 / most);
}

/** The side of a file by retrain.py's rule, for its mode alone: it may leave a class without one. */
export function retrainPySide(file: string, { validation, testing }: RetrainPyShares): Side {
  const percentage = retrainPyPercentage(file);
  if (percentage < validation) return 'validation';
  return percentage < validation + testing ? 'testing' : 'training';
}

/** The path that retrain.py hashes for an image of a dataset, whose folder was given as `imageDir`. */
export function retrainPyPath(imageDir: string, image: string): string {
  return `${/[/\\]$/.test(imageDir) ? imageDir.slice(0, -1) : imageDir}/${image}`;
}
