import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { scanDataset } from '../../src/dataset';
import { sniff } from '../../src/images';
import { retrain, type Figures } from './wholeProcess';

/**
 * Whole-process figures at size: photos are copied until there are so many, each copy made distinct by a few bytes
 * after its end, their bottlenecks are computed, then a classifier is trained on them, all cached.
 *
 *     npm run build && npx tsx test/bench/memory.ts [images ...]
 */
async function main(): Promise<void> {
  const sizes = process.argv.slice(2).map(Number);
  const photos = ['../shared/data/grocery-train', 'media/samples/flowers'].find((folder) =>
    existsSync(folder),
  );
  if (photos === undefined) throw new Error('There are no photos to measure with.');
  const { root, images } = await scanDataset(photos, { sniff });
  console.log('| images | what | seconds | images a second | peak memory |');
  console.log('|---|---|---|---|---|');
  for (const size of sizes.length > 0 ? sizes : [3000]) {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'retrain-memory-'));
    try {
      for (let i = 0; i < size; i++) {
        const image = images[i % images.length];
        if (image === undefined) break;
        const file = path.join(folder, image.label, `${String(i)}.jpg`);
        mkdirSync(path.dirname(file), { recursive: true });
        writeFileSync(
          file,
          Buffer.concat([readFileSync(path.join(root, image.path)), Buffer.from(String(i))]),
        );
        // as a file that has lain there for a while
        utimesSync(file, 1.6e9, 1.6e9);
      }
      say(size, 'bottlenecks computed', await retrain('bottlenecks', folder));
      say(size, 'trained, all cached', await retrain('train', folder));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
}

function say(size: number, what: string, { seconds, megabytes }: Figures): void {
  const peak = megabytes === undefined ? 'not told by this system' : `${megabytes.toFixed(0)} MB`;
  console.log(`| ${size} | ${what} | ${seconds.toFixed(1)} | ${(size / seconds).toFixed(0)} | ${peak} |`);
}

void main();
