import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { retrain, type Figures } from './wholeProcess';

/**
 * Whole-process figures of `retrain train`: cold (nothing cached) and warm (everything cached) in turn, on the
 * flower photos. Prints the rows of the README's table.
 *
 *     npx tsx test/bench/train.ts [runs]
 */
async function main(): Promise<void> {
  const runs = Number(process.argv[2] ?? 5);
  const photos = ['../shared/data/flowers', 'media/samples/flowers'].find((folder) => existsSync(folder));
  if (photos === undefined) throw new Error('There are no flower photos to measure with.');
  const work = mkdtempSync(path.join(os.tmpdir(), 'retrain-bench-'));
  try {
    const cold: Figures[] = [];
    const warm: Figures[] = [];
    for (let i = 0; i < runs; i++) {
      const dataset = path.join(work, `flowers-${String(i)}`);
      cpSync(photos, dataset, { recursive: true });
      cold.push(await retrain('train', dataset));
      warm.push(await retrain('train', dataset));
    }
    const cpus = os.cpus();
    console.log(`${String(cpus.length)} x ${cpus[0]?.model ?? 'unknown'}, Node ${process.version}\n`);
    console.log('| `retrain train`, 200 photos, onnx | seconds, median (min to max) | peak memory |');
    console.log('|---|---|---|');
    console.log(`| cold: nothing cached | ${spread(cold)} | ${peak(cold)} |`);
    console.log(`| warm: everything cached | ${spread(warm)} | ${peak(warm)} |`);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function spread(figures: readonly Figures[]): string {
  const sorted = figures.map(({ seconds }) => seconds).sort((a, b) => a - b);
  const [least = NaN] = sorted;
  const median = sorted[Math.floor(sorted.length / 2)] ?? NaN;
  return `${median.toFixed(1)} (${least.toFixed(1)} to ${(sorted.at(-1) ?? NaN).toFixed(1)})`;
}

function peak(figures: readonly Figures[]): string {
  const known = figures.flatMap(({ megabytes }) => megabytes ?? []);
  return known.length === 0 ? 'not told by this system' : `${Math.max(...known).toFixed(0)} MB`;
}

void main();
