import { resolveInside } from '../base';
import type { EngineClient } from './engineClient';

/**
 * A small picture of the image `relative` of `root` for a webview; null where there is none to show: the
 * engine could not read it, or the path leads out of `root`.
 */
export async function datasetThumbnail(
  engine: EngineClient,
  root: string,
  relative: string,
  size: number,
): Promise<Uint8Array | null> {
  try {
    return await thumbnail(engine, await resolveInside(root, relative), size);
  } catch {
    return null;
  }
}

/** The same for an absolute path that the person chose. */
export async function thumbnail(
  engine: EngineClient,
  path: string,
  size: number,
): Promise<Uint8Array | null> {
  try {
    const { bytes } = await engine.run('thumbnail', { path, size });
    // A Buffer does not cross to a webview as bytes, and a view would take its whole buffer along.
    return new Uint8Array(bytes);
  } catch {
    return null;
  }
}
