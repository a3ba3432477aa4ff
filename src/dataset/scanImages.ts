import { realpath, stat } from 'node:fs/promises';
import { systemCode } from '../base';
import { compare, skippedFile, type SkippedFile } from './dataset';
import { statImages, type ImageStat } from './statImages';
import { walkFolder, type WalkOptions } from './walkFolder';

/**
 * The images that `inputs`, files and folders, stand for: a file as it is, of a folder all images below it at any
 * depth. Paths begin as the input was given. Sizes are in bytes; an empty file that was named itself is among the images.
 */
export async function scanImages(
  inputs: readonly string[],
  options: WalkOptions,
): Promise<{ images: Pick<ImageStat, 'path' | 'size'>[]; skipped: SkippedFile[] }> {
  const images: Pick<ImageStat, 'path' | 'size'>[] = [];
  const skipped: SkippedFile[] = [];
  for (const input of inputs) {
    const real = await realpath(input).catch(() => input);
    const stats = await stat(real).catch((error: unknown) => systemCode(error) ?? String(error));
    if (typeof stats === 'string') {
      const missing = stats === 'ENOENT' || stats === 'ENOTDIR';
      skipped.push(
        missing
          ? skippedFile(input, 'FILE_MISSING')
          : skippedFile(input, 'FILE_UNREADABLE', { reason: stats }),
      );
    } else if (stats.isDirectory()) {
      const root = { path: '', real };
      const walked = await walkFolder(root, root, options);
      const files = await statImages(real, walked.images, options);
      const shown = (file: string) => `${input.replace(/[/\\]+$/, '')}/${file}`;
      images.push(
        ...files.images
          .map(({ path, size }) => ({ path: shown(path), size }))
          .sort((a, b) => compare(a.path, b.path)),
      );
      for (const { path: file, code, params } of [...walked.skipped, ...files.skipped].sort((a, b) =>
        compare(a.path, b.path),
      ))
        skipped.push(skippedFile(shown(file), code, { ...params, path: shown(file) }));
    } else if (stats.isFile()) images.push({ path: input, size: stats.size });
    else skipped.push(skippedFile(input, 'NOT_A_FILE'));
  }
  return { images, skipped };
}
