import { existsSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { defaultBackbones, loadBackbone, type Backbone } from '../../src/backbones';
import { computeBottlenecks, openCache } from '../../src/bottlenecks';
import { scanDataset, type ImageFile } from '../../src/dataset';
import { decoderVersion, ReaderPool, sniff } from '../../src/images';
import { openRuntime, type Runtime } from '../../src/runtimes';

/**
 * From files on disk to bottleneck values on disk, beside the network alone on tensors that are ready and beside
 * decoding alone, in turn. Prints images a second and the share of each limit that the whole reaches.
 *
 *     npm run build && npx tsx test/bench/pipeline.ts [--images n] [--rounds n] [folder ...]
 */
async function main(): Promise<void> {
  const { values: options, positionals } = parseArgs({
    options: {
      images: { type: 'string', default: '200' },
      rounds: { type: 'string', default: '3' },
      backbone: { type: 'string', default: defaultBackbones.eightBits },
    },
    allowPositionals: true,
  });
  const datasets = ['../shared/data/flowers', '../shared/data/grocery-train'].filter((folder) =>
    existsSync(folder),
  );
  const folders =
    positionals.length > 0 ? positionals : datasets.length > 0 ? datasets : ['media/samples/flowers'];
  const backbone = await loadBackbone('media', options.backbone, { decoderVersion });
  const runtime = await openRuntime('auto', backbone);
  const cores = os.availableParallelism();
  console.log(
    `${backbone.id}, ${runtime.id} ${runtime.version}, ${cores} cores, Node ${process.version}; images a second\n`,
  );
  console.log(
    '| dataset | images | files to cache | network alone | share | decoding alone | share | peak memory |',
  );
  console.log('|---|---|---|---|---|---|---|---|');
  for (const folder of folders) {
    const root = realpathSync(folder);
    const all = (await scanDataset(root, { sniff, leastClasses: 1 })).images;
    const wanted = Math.min(Number(options.images), all.length);
    const images = Array.from(
      { length: wanted },
      (_, i) => all[Math.floor((i * all.length) / wanted)],
    ).filter((image): image is ImageFile => image !== undefined);
    const rounds: { whole: number; network: number; decoding: number }[] = [];
    for (let i = 0; i < Number(options.rounds); i++) {
      const network = await networkAlone(backbone, runtime, images.length);
      const whole = await filesToCache(root, images, backbone, runtime);
      rounds.push({ network, whole, decoding: await decodingAlone(root, images, backbone, cores) });
    }
    const median = (pick: (round: (typeof rounds)[number]) => number): number => {
      const sorted = rounds.map(pick).sort((a, b) => a - b);
      return sorted[Math.floor(sorted.length / 2)] ?? NaN;
    };
    const peak = (process.resourceUsage().maxRSS / 1024).toFixed(0);
    console.log(
      `| ${path.basename(root)} | ${images.length} | ${median(({ whole }) => whole).toFixed(1)} | ${median(({ network }) => network).toFixed(1)} | ${median(({ whole, network }) => whole / network).toFixed(2)} | ${median(({ decoding }) => decoding).toFixed(1)} | ${median(({ whole, decoding }) => whole / decoding).toFixed(2)} | ${peak} MB |`,
    );
  }
  await runtime.dispose();
}

/** The best batch of those a person would try. */
async function networkAlone(backbone: Backbone, runtime: Runtime, images: number): Promise<number> {
  const size = backbone.input.width * backbone.input.height * 3;
  let best = 0;
  for (const batch of [4, 8, 16]) {
    const input = Float32Array.from({ length: batch * size }, (_, i) => ((i * 37) % 255) / 128 - 1);
    await runtime.run(input, batch);
    const started = performance.now();
    let done = 0;
    for (; done < images; done += batch) await runtime.run(input, batch);
    best = Math.max(best, (done / (performance.now() - started)) * 1000);
  }
  return best;
}

async function filesToCache(
  root: string,
  images: readonly ImageFile[],
  backbone: Backbone,
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
async function decodingAlone(
  root: string,
  images: readonly ImageFile[],
  { input }: Backbone,
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

void main();
