import path from 'node:path';
import { isLink, readBounded, RetrainError, writeAtomic } from '../base';
import type { SplitSettings } from './assignSides';
import { compare, type Side } from './dataset';

/** The first lines of a split file: its format, then the names of its columns. */
const head = 'format,1\nsha256,side\n';

/** Bytes: some three million images. */
const largestSplit = 256 * 2 ** 20;

const sides: ReadonlyMap<string, Side> = new Map([
  ['training', 'training'],
  ['validation', 'validation'],
  ['testing', 'testing'],
]);

/** The name of the split's file in the dataset's `.retrain` folder. */
export function splitFileName({ seed, validation, testing }: SplitSettings): string {
  return `split-${seed}-${validation}-${testing}.csv`;
}

/**
 * The sides given so far, by the sha256 of the image; none where there is no such file yet.
 * @throws SPLIT_UNREADABLE if it is not a split file, whole
 */
export async function readSplit(file: string): Promise<Map<string, Side>> {
  const unreadable = (reason: string, cause?: unknown) =>
    new RetrainError('SPLIT_UNREADABLE', { path: file, reason }, { cause });
  let text: string;
  try {
    text = (await readBounded(file, largestSplit, { allowEmpty: true })).toString('utf8');
  } catch (error) {
    if (!(error instanceof RetrainError)) throw error;
    if (error.code === 'FILE_MISSING') return new Map();
    throw unreadable(error.code, error);
  }
  // A person's git may have turned the line ends.
  text = text.replaceAll('\r\n', '\n');
  if (!text.startsWith(head)) throw unreadable('it does not begin with "format,1"');
  if (!text.endsWith('\n')) throw unreadable('its last line is cut short');
  const result = new Map<string, Side>();
  const lines = text.slice(head.length, -1).split('\n');
  if (text.length === head.length) return result;
  for (const [index, line] of lines.entries()) {
    const [, sha256, name] = /^([0-9a-f]{64}),([a-z]+)$/.exec(line) ?? [];
    const side = name === undefined ? undefined : sides.get(name);
    if (sha256 === undefined || side === undefined)
      throw unreadable(`line ${index + 3} is no image and side`);
    if ((result.get(sha256) ?? side) !== side)
      throw unreadable(`line ${index + 3} contradicts an earlier one`);
    result.set(sha256, side);
  }
  return result;
}

/**
 * Writes the sides, whole or not at all.
 * @throws PATH_OUTSIDE if the folder or the file is a link
 */
export async function writeSplit(file: string, split: ReadonlyMap<string, Side>): Promise<void> {
  const folder = path.dirname(file);
  if ((await isLink(folder)) || (await isLink(file)))
    throw new RetrainError('PATH_OUTSIDE', { path: file, root: folder });
  const lines = [...split].sort(([a], [b]) => compare(a, b)).map(([sha256, side]) => `${sha256},${side}\n`);
  await writeAtomic(file, head + lines.join(''));
}
