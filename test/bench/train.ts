import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

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
      cold.push(await train(dataset));
      warm.push(await train(dataset));
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

interface Figures {
  readonly seconds: number;
  /** Peak resident memory in MB; undefined where the system does not tell. */
  readonly megabytes: number | undefined;
}

function train(dataset: string): Promise<Figures> {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const args = [path.resolve('dist/cli.js'), 'train', dataset, '--runtime', 'onnx', '--json'];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    let errors = '';
    child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    let megabytes: number | undefined;
    const sampler = setInterval(() => (megabytes = peakMemory(child.pid) ?? megabytes), 20);
    child.on('error', reject);
    child.on('close', (status) => {
      clearInterval(sampler);
      if (status !== 0) reject(new Error(errors));
      else resolve({ seconds: (performance.now() - started) / 1000, megabytes });
    });
  });
}

/** Linux keeps a process' highest resident size itself (VmHWM), so sampling it late is enough. */
function peakMemory(pid: number | undefined): number | undefined {
  try {
    const [, kilobytes] = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8')) ?? [];
    return kilobytes === undefined ? undefined : Number(kilobytes) / 1024;
  } catch {
    return undefined;
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
