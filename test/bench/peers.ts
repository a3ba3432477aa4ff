import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { defaultBackbones } from '../../src/backbones';
import { scanDataset, type ImageFile } from '../../src/dataset';
import { sniff } from '../../src/images';
import { openNetwork } from './bottleneckValues';
import { median } from './median';
import { runPython, whyNoPython } from './peers/python';
import { filesToCache, networkAlone } from './throughput';

/**
 * From files on disk to bottleneck values on disk, beside what else could compute them: the same network, the same
 * images, all of it once a round, in turn. Prints images a second, and ours as a multiple of each peer.
 *
 *     npm run build && RETRAIN_PYTHON=... npx tsx test/bench/peers.ts [--images 200] [--rounds 3] [folder ...]
 */
async function main(): Promise<void> {
  const { values: options, positionals } = parseArgs({
    options: { images: { type: 'string', default: '200' }, rounds: { type: 'string', default: '3' } },
    allowPositionals: true,
  });
  const known = ['../shared/data/flowers', '../shared/data/grocery-train', 'media/samples/flowers'];
  const folders = positionals.length > 0 ? positionals : known.filter((each) => existsSync(each)).slice(0, 2);
  const [float, eightBits] = [await openNetwork(defaultBackbones.float), await openNetwork()];
  const missing = whyNoPython('torch', 'PIL', 'efficientnet_lite_pytorch');
  console.log(
    `${os.availableParallelism()} cores, onnxruntime ${eightBits.runtime.version}, Node ${process.version}\n`,
  );
  console.log(`| dataset | ${['ours', ...peers].join(' | ')} |`);
  console.log('|---|---|---|---|---|---|---|');
  for (const folder of folders) {
    const root = realpathSync(folder);
    const images = spread(
      (await scanDataset(root, { sniff, leastClasses: 1 })).images,
      Number(options.images),
    );
    const files = images.map((image) => path.join(root, image.path));
    const rounds: Speeds[] = [];
    for (let round = 0; round < Number(options.rounds); round++)
      rounds.push({
        ours: await filesToCache(root, images, eightBits.backbone, eightBits.runtime),
        a: await networkAlone(float.backbone, float.runtime, images.length),
        b: await networkAlone(eightBits.backbone, eightBits.runtime, images.length),
        c: missing === undefined ? listed(files, torch) : NaN,
        // One picture after the other: a part of them tells as much.
        d: listed(files.slice(0, 40), (list) => loop('wasm', list)),
        e: listed(files.slice(0, 80), (list) => loop('tensorflow', list)),
      });
    const cells = (['ours', 'a', 'b', 'c', 'd', 'e'] as const).map((name) => {
      const speed = median(rounds.map((each) => each[name]));
      if (Number.isNaN(speed)) return 'not here';
      const ratio = median(rounds.map((each) => each.ours / each[name]));
      return name === 'ours' ? speed.toFixed(1) : `${speed.toFixed(1)} (${ratio.toFixed(2)})`;
    });
    console.log(`| ${path.basename(folder)}, ${images.length} | ${cells.join(' | ')} |`);
  }
  if (missing !== undefined) console.log(`\nNot measured: PyTorch. ${missing}.`);
  for (const { runtime } of [float, eightBits]) await runtime.dispose();
}

const peers = [
  '(a) onnxruntime alone, float',
  '(b) onnxruntime alone, 8 bits',
  '(c) PyTorch and Pillow',
  '(d) a loop on tfjs wasm',
  '(e) a loop on tfjs-node',
] as const;

/** Images a second; NaN where it cannot be measured here. */
type Speeds = Readonly<Record<'ours' | 'a' | 'b' | 'c' | 'd' | 'e', number>>;

/** `wanted` of the images, evenly over all. */
function spread(images: readonly ImageFile[], wanted: number): ImageFile[] {
  const count = Math.min(wanted, images.length);
  return Array.from({ length: count }, (_, i) => images[Math.floor((i * images.length) / count)]).filter(
    (image): image is ImageFile => image !== undefined,
  );
}

/** Has `seconds` measured over files that are named in a list, and gives the speed. */
function listed(files: readonly string[], seconds: (list: string) => number): number {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'retrain-bench-'));
  try {
    const list = path.join(folder, 'files.txt');
    writeFileSync(list, files.join('\n'));
    return files.length / seconds(list);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function torch(list: string): number {
  return (runPython('torch_pipeline.py', [list]) as { seconds: number }).seconds;
}

/** NaN where the backend is not installed. */
function loop(backend: 'wasm' | 'tensorflow', list: string): number {
  const script = path.join(__dirname, 'peers', 'loops.ts');
  const { status, stdout } = spawnSync(process.execPath, ['--import=tsx', script, backend, list], {
    encoding: 'utf8',
  });
  if (status !== 0) return NaN;
  return (JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as { seconds: number }).seconds;
}

void main();
