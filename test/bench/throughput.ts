import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { EmbeddedBackbone } from '../../src/backbones';
import { computeBottlenecks, openCache } from '../../src/bottlenecks';
import type { ImageFile } from '../../src/dataset';
import { ReaderPool } from '../../src/images';
import type { Runtime } from '../../src/runtimes';

/* Images a second of the whole pipeline and of its parts alone; `npm run build` first. */

/** The best batch of those a person would try. */
export async function networkAlone(
  backbone: EmbeddedBackbone,
  runtime: Runtime,
  images: number,
): Promise<number> {
  const size = backbone.input.width * backbone.input.height * 3;
  let best = 0;
  for (const batch of [4, 8, 16]) {
    const input = Uint8Array.from({ length: batch * size }, (_, i) => (i * 37) % 255);
    await runtime.run(input, batch);
    const started = performance.now();
    let done = 0;
    for (; done < images; done += batch) await runtime.run(input, batch);
    best = Math.max(best, (done / (performance.now() - started)) * 1000);
  }
  return best;
}

export async function filesToCache(
  root: string,
  images: readonly ImageFile[],
  backbone: EmbeddedBackbone,
  runtime: Runtime,
): Promise<number> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'retrain-bench-'));
  const reader = new ReaderPool(path.resolve('dist/imageWorker.js'), 2);
  try {
    const started = performance.now();
    const cache = await openCache(path.join(folder, '.bottlenecks'), backbone);
    const { computed } = await computeBottlenecks({ root, images, cache, backbone, runtime, reader });
    return (computed / (performance.now() - started)) * 1000;
  } finally {
    await reader.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Decoded in as many threads as there are cores, and nothing else done. */
export async function decodingAlone(
  root: string,
  images: readonly ImageFile[],
  { input }: EmbeddedBackbone,
  cores: number,
): Promise<number> {
  const pool = new ReaderPool(path.resolve('dist/imageWorker.js'), cores);
  const started = performance.now();
  const queue = images.values();
  const work = async (): Promise<void> => {
    for (const image of queue) {
      const file = await pool.read(path.join(root, image.path), { path: image.path });
      await file.decode(input);
    }
  };
  await Promise.all(Array.from({ length: cores * 3 }, work));
  const speed = (images.length / (performance.now() - started)) * 1000;
  await pool.close();
  return speed;
}
