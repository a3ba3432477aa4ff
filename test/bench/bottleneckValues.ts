import { realpathSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { defaultBackbones, loadBackbone, type EmbeddedBackbone } from '../../src/backbones';
import { homesOf, openCache, readBottlenecks, type CachedImage } from '../../src/bottlenecks';
import { scanDataset } from '../../src/dataset';
import { decodeImage, decoderVersion, directReader, readImage, sniff } from '../../src/images';
import { openRuntime, type Runtime } from '../../src/runtimes';

/** A backbone opened in the fastest runtime. */
export interface OpenNetwork {
  readonly backbone: EmbeddedBackbone;
  readonly runtime: Runtime;
}

export async function openNetwork(id: string = defaultBackbones.eightBits): Promise<OpenNetwork> {
  const backbone = await loadBackbone('media', id, { decoderVersion });
  return { backbone, runtime: await openRuntime('auto', backbone) };
}

/**
 * The real bottleneck values [rows.length, D] of a dataset. They are kept in the system's temporary folder: what is
 * measured leaves nothing beside the photos.
 */
export async function bottleneckValues(
  folder: string,
  { backbone, runtime }: OpenNetwork,
): Promise<{ rows: readonly CachedImage[]; values: Float32Array }> {
  const root = realpathSync(folder);
  const { images } = await scanDataset(root, { sniff });
  const [, home = ''] = homesOf(root, path.join(os.tmpdir(), 'retrain-bench-values'));
  const cache = await openCache(path.join(home, '.bottlenecks'), backbone);
  return readBottlenecks({
    root,
    images,
    cache,
    backbone,
    runtime,
    reader: directReader(readImage, decodeImage),
  });
}
