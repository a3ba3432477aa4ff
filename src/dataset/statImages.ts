import { stat } from 'node:fs/promises';
import path from 'node:path';
import { systemCode, type Report } from '../base';
import { forEachConcurrently } from './concurrently';
import { skippedFile, type SkippedFile } from './dataset';
import { isGarbled, requestsAtOnce } from './walkFolder';

/** A file with an image's name, not opened: its size in bytes and its time. */
export interface ImageStat {
  readonly path: string;
  readonly size: number;
  readonly mtimeNs: bigint;
}

const reportEvery = 256;

/** Size and time of each image (paths relative to `root`), in no particular order. */
export async function statImages(
  root: string,
  images: readonly string[],
  { signal, report }: { signal?: AbortSignal | undefined; report?: Report<number> | undefined } = {},
): Promise<{ images: ImageStat[]; skipped: SkippedFile[] }> {
  const found: ImageStat[] = [];
  const skipped: SkippedFile[] = [];
  await forEachConcurrently(images, requestsAtOnce, signal, async (image) => {
    try {
      const { size, mtimeNs } = await stat(path.join(root, image), { bigint: true });
      if (size === 0n) skipped.push(skippedFile(image, 'FILE_EMPTY'));
      else found.push({ path: image, size: Number(size), mtimeNs });
    } catch (error) {
      skipped.push(unreadable(image, error));
    }
    const seen = found.length + skipped.length;
    if (seen % reportEvery === 0) report?.(seen);
  });
  report?.(images.length);
  return { images: found, skipped };
}

function unreadable(image: string, error: unknown): SkippedFile {
  const code = systemCode(error) ?? String(error);
  if (code !== 'ENOENT') return skippedFile(image, 'FILE_UNREADABLE', { reason: code });
  return skippedFile(image, isGarbled(image) ? 'NAME_NOT_UNICODE' : 'FILE_MISSING');
}
