import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';

/** What a whole process took. */
export interface Figures {
  readonly seconds: number;
  /** Peak resident memory in MB; undefined where the system does not tell. */
  readonly megabytes: number | undefined;
}

/** Runs a command of the terminal on a dataset, in onnx. @throws Error with what it said where it fails */
export function retrain(command: 'train' | 'bottlenecks', dataset: string): Promise<Figures> {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const args = [path.resolve('dist/cli.js'), command, dataset, '--runtime', 'onnx', '--json'];
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
