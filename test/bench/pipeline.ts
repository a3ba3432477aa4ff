import { existsSync, realpathSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { defaultBackbones, loadBackbone } from '../../src/backbones';
import { scanDataset, type ImageFile } from '../../src/dataset';
import { decoderVersion, sniff } from '../../src/images';
import { openRuntime } from '../../src/runtimes';
import { enlargedPhotos } from './largePhotos';
import { median } from './median';
import { decodingAlone, filesToCache, networkAlone } from './throughput';

/**
 * From files on disk to bottleneck values on disk, beside the network alone on tensors that are ready and beside
 * decoding alone, in turn. Prints images a second and the share of each limit that the whole reaches. `--large` takes
 * photos of 12 megapixels, made from the others.
 *
 *     npm run build && npx tsx test/bench/pipeline.ts [--images n] [--rounds n] [--large] [folder ...]
 */
async function main(): Promise<void> {
  const { values: options, positionals } = parseArgs({
    options: {
      images: { type: 'string', default: '200' },
      rounds: { type: 'string', default: '3' },
      backbone: { type: 'string', default: defaultBackbones.eightBits },
      large: { type: 'boolean', default: false },
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
    const enlarged = options.large ? await enlargedPhotos(folder, Number(options.images)) : undefined;
    const root = realpathSync(enlarged ?? folder);
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
    const middle = (pick: (round: (typeof rounds)[number]) => number): number => median(rounds.map(pick));
    const peak = (process.resourceUsage().maxRSS / 1024).toFixed(0);
    console.log(
      `| ${path.basename(folder)} | ${images.length} | ${middle(({ whole }) => whole).toFixed(1)} | ${middle(({ network }) => network).toFixed(1)} | ${middle(({ whole, network }) => whole / network).toFixed(2)} | ${middle(({ decoding }) => decoding).toFixed(1)} | ${middle(({ whole, decoding }) => whole / decoding).toFixed(2)} | ${peak} MB |`,
    );
    if (enlarged !== undefined) rmSync(enlarged, { recursive: true, force: true });
  }
  await runtime.dispose();
}

void main();
