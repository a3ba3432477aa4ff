import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { retrain, type Figures } from './wholeProcess';

/** Seconds of the parts of a warm run, by the run itself. */
interface Parts {
  readonly scan: number;
  /** Of the cache: opened, checked against the files, and read. */
  readonly cache: number;
  readonly training: number;
  readonly evaluation: number;
  readonly leaveOneOut: number;
}

/**
 * Whole-process figures of `retrain train`: cold (nothing cached) and warm (everything cached) in turn, on the
 * flower photos and on those of groceries, and what the parts of a warm run take. Prints the rows of the README's table.
 *
 *     npx tsx test/bench/train.ts [runs]
 */
async function main(): Promise<void> {
  const runs = Number(process.argv[2] ?? 5);
  const flowers = ['../shared/data/flowers', 'media/samples/flowers'].find((folder) => existsSync(folder));
  const sets = [flowers, '../shared/data/grocery-train'].filter(
    (folder) => folder !== undefined && existsSync(folder),
  );
  if (sets.length === 0) throw new Error('There are no photos to measure with.');
  const cpus = os.cpus();
  console.log(`${String(cpus.length)} x ${cpus[0]?.model ?? 'unknown'}, Node ${process.version}\n`);
  for (const photos of sets) if (photos !== undefined) await measure(photos, runs);
}

async function measure(photos: string, runs: number): Promise<void> {
  const work = mkdtempSync(path.join(os.tmpdir(), 'retrain-bench-'));
  try {
    const cold: Figures[] = [];
    const warm: Figures[] = [];
    const parts: Parts[] = [];
    for (let i = 0; i < runs; i++) {
      const dataset = path.join(work, `photos-${String(i)}`);
      cpSync(photos, dataset, { recursive: true });
      cold.push(await retrain('train', dataset));
      warm.push(await retrain('train', dataset));
      parts.push(partsOfNewest(dataset));
      rmSync(dataset, { recursive: true, force: true });
    }
    console.log(
      `| \`retrain train\`, ${path.basename(photos)}, onnx | seconds, median (min to max) | peak memory |`,
    );
    console.log('|---|---|---|');
    console.log(`| cold: nothing cached | ${spread(cold.map(({ seconds }) => seconds))} | ${peak(cold)} |`);
    console.log(
      `| warm: everything cached | ${spread(warm.map(({ seconds }) => seconds))} | ${peak(warm)} |`,
    );
    const row = (name: string, of: (part: Parts) => number): void => {
      console.log(`| ${name} | ${spread(parts.map(of), 2)} | |`);
    };
    row('of which scan', ({ scan }) => scan);
    row('cache, training, testing', ({ cache, training, evaluation }) => cache + training + evaluation);
    row('leave-one-out', ({ leaveOneOut }) => leaveOneOut);
    console.log('');
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** What the newest run of a dataset says it took. */
function partsOfNewest(dataset: string): Parts {
  const runs = path.join(dataset, '.retrain', 'runs');
  const newest = readdirSync(runs).sort().at(-1) ?? '';
  const read = (name: string): unknown => JSON.parse(readFileSync(path.join(runs, newest, name), 'utf8'));
  const run = read('run.json') as { scanSeconds: number; bottlenecks: { seconds: number } };
  const metrics = read('metrics.json') as Record<
    'training' | 'evaluation' | 'leaveOneOut',
    { seconds: number }
  >;
  return {
    scan: run.scanSeconds,
    cache: run.bottlenecks.seconds,
    training: metrics.training.seconds,
    evaluation: metrics.evaluation.seconds,
    leaveOneOut: metrics.leaveOneOut.seconds,
  };
}

function spread(seconds: readonly number[], digits = 1): string {
  const sorted = [...seconds].sort((a, b) => a - b);
  const [least = NaN] = sorted;
  const median = sorted[Math.floor(sorted.length / 2)] ?? NaN;
  return `${median.toFixed(digits)} (${least.toFixed(digits)} to ${(sorted.at(-1) ?? NaN).toFixed(digits)})`;
}

function peak(figures: readonly Figures[]): string {
  const known = figures.flatMap(({ megabytes }) => megabytes ?? []);
  return known.length === 0 ? 'not told by this system' : `${Math.max(...known).toFixed(0)} MB`;
}

void main();
