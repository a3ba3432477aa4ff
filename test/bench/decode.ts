import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { scanDataset } from '../../src/dataset';
import { decodeImage, sniff } from '../../src/images';
import { median } from './median';

/**
 * Decoding and resizing to 260 x 260 on one thread, from memory, beside Pillow, in turn: processor time an image.
 *
 *     npx tsx test/bench/decode.ts [--python=python3] [folder ...]
 */
async function main(): Promise<void> {
  const given = process.argv.slice(2);
  const python = given.find((word) => word.startsWith('--python='))?.slice(9) ?? 'python3';
  const named = given.filter((word) => !word.startsWith('--'));
  const known = ['../shared/data/flowers', '../shared/data/grocery-train', 'media/samples/flowers'];
  console.log('| dataset | images | ours, ms | Pillow, ms | ratio |');
  console.log('|---|---|---|---|---|');
  for (const folder of named.length > 0 ? named : known.filter((each) => existsSync(each))) {
    const { root, images } = await scanDataset(folder, { sniff, leastClasses: 1 });
    const step = Math.ceil(images.length / 150);
    const files = images.filter((_, i) => i % step === 0).map((image) => path.join(root, image.path));
    const ours: number[] = [];
    const theirs: number[] = [];
    for (let round = 0; round < 5; round++) {
      ours.push(await decodeAll(files));
      const pillow = decodeWithPillow(python, files);
      if (pillow !== undefined) theirs.push(pillow);
    }
    const own = median(ours);
    const other = median(theirs);
    const columns = theirs.length === 0 ? 'not here | ' : `${other.toFixed(2)} | ${(own / other).toFixed(2)}`;
    console.log(`| ${path.basename(folder)} | ${files.length} | ${own.toFixed(2)} | ${columns} |`);
  }
}

/** Milliseconds of processor time an image. */
async function decodeAll(files: readonly string[]): Promise<number> {
  const contents = files.map((file) => readFileSync(file));
  const before = process.cpuUsage();
  for (const bytes of contents) await decodeImage(bytes, { width: 260, height: 260 }, { path: 'image' });
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / files.length;
}

const script = `
import io, sys, time
from PIL import Image
files = [open(name, 'rb').read() for name in sys.stdin.read().splitlines()]
started = time.process_time()
for data in files:
    Image.open(io.BytesIO(data)).convert('RGB').resize((260, 260), Image.BILINEAR).tobytes()
print((time.process_time() - started) * 1000 / len(files))
`;

function decodeWithPillow(python: string, files: readonly string[]): number | undefined {
  const { stdout, status } = spawnSync(python, ['-c', script], { input: files.join('\n'), encoding: 'utf8' });
  return status === 0 ? Number(stdout) : undefined;
}

void main();
