import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { RetrainError } from '../../src/base';
import {
  CacheWriter,
  openCache,
  type BottleneckCache,
  type BottleneckSource,
  type CachedBackbone,
} from '../../src/bottlenecks';
import { scanDataset, type ImageFile } from '../../src/dataset';
import { directReader, readImage } from '../../src/images';
import type { Runtime } from '../../src/runtimes';

/** A network small enough to be worked out by hand: five values of a picture of two by two pixels. */
export const tinyBackbone = {
  id: 'tiny',
  fingerprint: 'a'.repeat(64),
  dimension: 5,
  cut: ['pool'],
  input: { width: 2, height: 2 },
  normalisation: { mean: 1, deviation: 2 },
} as const satisfies CachedBackbone;

export const onnx = { id: 'onnx', version: '1.0' } as const;

export function sha256Of(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

/** The twelve "pixels" of any bytes; bytes that begin with `damaged` are refused. */
export function decodeTiny(
  bytes: Uint8Array,
  _size: { width: number; height: number },
  { path }: { path: string },
): Promise<Uint8Array> {
  if (Buffer.from(bytes).toString('latin1').startsWith('damaged'))
    return Promise.reject(new RetrainError('IMAGE_DAMAGED', { path, reason: 'so it says' }));
  return Promise.resolve(new Uint8Array(createHash('sha256').update(bytes).digest().subarray(0, 12)));
}

/** The network: value d of a picture is the sum of its pixels, each times its place, plus d. */
function tinyValues(pixels: Uint8Array, n: number): Float32Array {
  const values = new Float32Array(n * tinyBackbone.dimension);
  for (let i = 0; i < n; i++)
    for (let d = 0; d < tinyBackbone.dimension; d++) {
      let sum = d;
      for (let p = 0; p < 12; p++) sum += ((pixels[i * 12 + p] ?? 0) * (p + 1)) / 16;
      values[i * tinyBackbone.dimension + d] = sum;
    }
  return values;
}

/** What the cache must hold for an image of these bytes. */
export function valuesOf(content: string): number[] {
  const pixels = createHash('sha256').update(content).digest().subarray(0, 12);
  return [...tinyValues(pixels, 1)];
}

/** A runtime that counts the pictures it was given. */
export class TinyRuntime implements Pick<Runtime, 'id' | 'version' | 'run'> {
  readonly id = onnx.id;
  readonly version = onnx.version;
  pictures = 0;

  async run(pixels: Uint8Array, n: number): Promise<Float32Array> {
    this.pictures += n;
    await Promise.resolve();
    return tinyValues(pixels, n);
  }
}

/** Runs `use` with a new empty folder, which is gone afterwards. */
export async function inFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'retrain-bottlenecks-'));
  try {
    await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Writes files, whatever folders they need with them. */
export async function writeFiles(root: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(root, name)), { recursive: true });
    await writeFile(path.join(root, name), content);
  }
}

/** The images of a dataset whose files all count as images. */
export async function imagesOf(root: string): Promise<readonly ImageFile[]> {
  return (await scanDataset(root, { sniff: () => ({ kind: 'supported' }) })).images;
}

/** Where the values of a dataset of tiny images come from, and the cache below it that they go into. */
export async function sourceOf(
  root: string,
  changes: Partial<BottleneckSource> = {},
): Promise<BottleneckSource> {
  const cache = await openCache(path.join(root, '.bottlenecks'), tinyBackbone);
  const images = await imagesOf(root);
  const runtime = new TinyRuntime();
  const reader = directReader(readImage, decodeTiny);
  return { root, images, cache, backbone: tinyBackbone, runtime, reader, ...changes };
}

/** Paths of the files of a cache that end in `extension`, ordered. */
export async function filesOf(root: string, extension: string): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith(extension))
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort();
}

/** Rows that the matrices of a cache have room for. */
export async function rowsOnDisk(root: string): Promise<number> {
  const sizes = await Promise.all((await filesOf(root, '.npy')).map(async (file) => (await stat(file)).size));
  return sizes.reduce((sum, size) => sum + (size - 128) / (4 * tinyBackbone.dimension), 0);
}

/** The key of a row that holds the values of an image of this content. */
export function rowKey(content: string, label = 'roses') {
  return { sha256: sha256Of(content), view: 0, path: `${label}/${content}.jpg` };
}

/** Stores the values of some contents, as one part. */
export async function store(
  root: string,
  contents: readonly string[],
  label = 'roses',
): Promise<BottleneckCache> {
  const cache = await openCache(root, tinyBackbone);
  const writer = new CacheWriter(cache, onnx);
  const keys = contents.map((content) => rowKey(content, label));
  await writer.append(label, keys, Float32Array.from(contents.flatMap(valuesOf)));
  await writer.close();
  return cache;
}

/** Of `contents`, those whose values the cache gives. Fails where it gives any that are not right. */
export async function rightContents(cache: BottleneckCache, contents: readonly string[]): Promise<string[]> {
  const { values, missing } = await cache.readMany(
    contents.map((content) => ({ sha256: sha256Of(content) })),
  );
  const found = contents.filter((_, index) => !missing.includes(index));
  for (const content of found) {
    const index = contents.indexOf(content);
    const read = values.subarray(index * tinyBackbone.dimension, (index + 1) * tinyBackbone.dimension);
    if (valuesOf(content).some((value, d) => value !== read[d]))
      throw new Error(`wrong values for ${content}`);
  }
  return found;
}
