import { statSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { setImmediate as turn } from 'node:timers/promises';
import path from 'node:path';
import { systemCode, throwIfAborted, type Report } from '../base';
import { forEachConcurrently } from './concurrently';
import { skippedFile, type SkippedFile } from './dataset';
import { isGarbled, requestsAtOnce } from './walkFolder';

/** A file with an image's name, not opened: its size in bytes and its time. */
export interface ImageStat {
  readonly path: string;
  readonly size: number;
  readonly mtimeNs: bigint;
}

/** Files between two reports, and between two looks at the signal. */
const reportEvery = 256;
/** Milliseconds a file: above that it is the drive that takes the time, and many requests at once save it. */
const slowDrive = 0.1;
/** Files asked for at once before another look at how fast the drive is. */
const slowStretch = 4096;

/**
 * Size and time of each image (paths relative to `root`), in no particular order. On a fast drive one after the other,
 * which takes less than half the processor time of asking for many at once.
 */
export async function statImages(
  root: string,
  images: readonly string[],
  {
    signal,
    report,
    slow = slowDrive,
  }: { signal?: AbortSignal | undefined; report?: Report<number> | undefined; slow?: number } = {},
): Promise<{ images: ImageStat[]; skipped: SkippedFile[] }> {
  const found: ImageStat[] = [];
  const skipped: SkippedFile[] = [];
  const take = (path: string, { size, mtimeNs }: { size: bigint; mtimeNs: bigint }) => {
    if (size === 0n) skipped.push(skippedFile(path, 'FILE_EMPTY'));
    else found.push({ path, size: Number(size), mtimeNs });
  };
  const fileOf = (image: string) => `${root}${path.sep}${image}`;
  let next = 0;
  const oneByOne = (end: number): void => {
    const limit = performance.now() + slow * (end - next);
    for (; next < end && performance.now() < limit; next++) {
      const image = images[next] ?? '';
      try {
        take(image, statSync(fileOf(image), { bigint: true }));
      } catch (error) {
        skipped.push(unreadable(image, error));
      }
    }
  };
  const manyAtOnce = async (end: number): Promise<void> => {
    await forEachConcurrently(images.slice(next, end), requestsAtOnce, signal, async (image) => {
      try {
        take(image, await stat(fileOf(image), { bigint: true }));
      } catch (error) {
        skipped.push(unreadable(image, error));
      }
      const seen = found.length + skipped.length;
      if (seen % reportEvery === 0) report?.(seen);
    });
    next = end;
  };
  while (next < images.length) {
    throwIfAborted(signal);
    const end = Math.min(images.length, next + reportEvery);
    oneByOne(end);
    if (next < end) await manyAtOnce(Math.min(images.length, next + slowStretch));
    report?.(next);
    // what has come meanwhile, a cancellation above all
    await turn();
  }
  return { images: found, skipped };
}

function unreadable(image: string, error: unknown): SkippedFile {
  const code = systemCode(error) ?? String(error);
  if (code !== 'ENOENT') return skippedFile(image, 'FILE_UNREADABLE', { reason: code });
  return skippedFile(image, isGarbled(image) ? 'NAME_NOT_UNICODE' : 'FILE_MISSING');
}
