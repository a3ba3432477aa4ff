// npm run bench: the figures of the README, measured on this machine. Takes some minutes.

import process from 'node:process';
import { build } from './build.mjs';
import { ensureInstalled } from './install.mjs';
import { runNode } from './processes.mjs';

const scripts = [
  ['train'],
  ['activation'],
  ['accuracy'],
  ['decode'],
  ['pipeline'],
  ['pipeline', '--large', '--images', '40'],
  ['peers'],
  ['head'],
  ['memory'],
  ['scale'],
];

async function main() {
  await ensureInstalled();
  if ((await build()) !== 0) return 1;
  for (const [script, ...args] of scripts) {
    const { status } = await runNode(['--expose-gc', '--import=tsx', `test/bench/${script}.ts`, ...args]);
    if (status !== 0) return status;
    process.stdout.write('\n');
  }
  return 0;
}

process.exitCode = await main();
