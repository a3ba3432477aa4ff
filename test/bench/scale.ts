import { mkdirSync, mkdtempSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import os from 'node:os';
import path from 'node:path';
import { defaultBackbone, loadBackbone } from '../../src/backbones';
import { CacheWriter, openCache } from '../../src/bottlenecks';
import { scanDataset } from '../../src/dataset';
import { decoderVersion, sniff } from '../../src/images';

/**
 * A dataset of many small files in 100 classes, with its cache: how long a scan takes that finds them all, how long the
 * cache takes to open, to find what is unchanged and to read, and how much memory its index needs.
 *
 *     npx tsx test/bench/scale.ts [images] [images whose values are read]
 */
async function main(): Promise<void> {
  const count = Number(process.argv[2] ?? 100_000);
  const read = Math.min(count, Number(process.argv[3] ?? 3000));
  const root = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'retrain-scale-')));
  try {
    const backbone = await loadBackbone('media', defaultBackbone, { decoderVersion });
    console.log(
      `${count} images in 100 classes, ${backbone.dimension} values each, Node ${process.version}\n`,
    );
    await fill(root, count, backbone);
    console.log('| what | seconds | processor time |');
    console.log('|---|---|---|');
    let images: Awaited<ReturnType<typeof scanDataset>>['images'] = [];
    for (const round of ['first', 'warm', 'warm'])
      await timed(`scan, ${round}`, async () => {
        images = (await scanDataset(root, { sniff })).images;
      });
    if (images.length !== count) throw new Error(`${images.length} images were found.`);
    let held = await memory();
    let cache = await openCache(path.join(root, '.bottlenecks'), backbone);
    held = (await memory()) - held;
    for (let round = 0; round < 3; round++)
      await timed('cache opened', async () => {
        cache = await openCache(path.join(root, '.bottlenecks'), backbone);
      });
    let known = 0;
    await timed('unchanged files found', () => {
      for (const { path, size, mtimeNs } of images) {
        const sha256 = cache.contentOf(path, size, mtimeNs);
        if (sha256 !== undefined && cache.has(sha256)) known++;
      }
      return Promise.resolve();
    });
    if (known !== count) throw new Error(`${known} images were known.`);
    const keys = images.slice(0, read).map((image) => ({
      sha256: cache.contentOf(image.path, image.size, image.mtimeNs) ?? '',
    }));
    await timed(`values of ${read} images read`, async () => {
      const { missing } = await cache.readMany(keys);
      if (missing.length > 0) throw new Error(`${missing.length} rows are missing.`);
    });
    console.log(`\nThe open cache takes ${(held / count).toFixed(0)} bytes an image.`);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

async function fill(
  root: string,
  count: number,
  backbone: Awaited<ReturnType<typeof loadBackbone>>,
): Promise<void> {
  const cache = await openCache(path.join(root, '.bottlenecks'), backbone);
  const writer = new CacheWriter(cache, { id: 'onnx', version: 'bench' });
  const values = Float32Array.from({ length: backbone.dimension * 100 }, (_, i) => (i % 977) / 100);
  const classes = 100;
  for (let label = 0; label < classes; label++) {
    const name = `class ${String(label).padStart(3, '0')}`;
    mkdirSync(path.join(root, name));
    const keys: { sha256: string; view: number; path: string }[] = [];
    for (let i = label; i < count; i += classes) {
      const shown = `${name}/IMG_${String(i).padStart(7, '0')}.jpg`;
      const file = path.join(root, shown);
      writeFileSync(file, `image ${i}`);
      const sha256 = createHash('sha256').update(`image ${i}`).digest('hex');
      keys.push({ sha256, view: 0, path: shown });
      const { size, mtimeNs } = statSync(file, { bigint: true });
      writer.noteFile({ path: shown, size: Number(size), mtimeNs, sha256, readAt: Date.now() + 60_000 });
    }
    for (let from = 0; from < keys.length; from += 100) {
      const some = keys.slice(from, from + 100);
      await writer.append(name, some, values.subarray(0, some.length * backbone.dimension));
    }
    await writer.flush();
  }
  await writer.close();
}

async function timed(what: string, action: () => Promise<void>): Promise<void> {
  const started = performance.now();
  const before = process.cpuUsage();
  await action();
  const { user, system } = process.cpuUsage(before);
  console.log(
    `| ${what} | ${((performance.now() - started) / 1000).toFixed(2)} | ${((user + system) / 1e6).toFixed(2)} |`,
  );
}

/** Bytes in use, garbage collected where Node was started with --expose-gc. */
async function memory(): Promise<number> {
  for (let i = 0; i < 3; i++) {
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

void main();
