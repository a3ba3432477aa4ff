import { readImage, thumbnail as makeThumbnail } from '../images';
import type { Job } from './context';

/** An upright picture of an image, small enough for a webview. */
export const thumbnail: Job<'thumbnail'> = async ({ path, size }, { signal }) => {
  const bytes = await readImage(path);
  signal.throwIfAborted();
  return { bytes: await makeThumbnail(bytes, { size, path }) };
};
