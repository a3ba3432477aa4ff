// npm run bench: the figures of the README, measured on this machine. Takes some minutes.

import process from 'node:process';
import { build } from './build.mjs';
import { ensureInstalled } from './install.mjs';
import { runNode } from './processes.mjs';

async function main() {
  await ensureInstalled();
  if ((await build()) !== 0) return 1;
  const scripts = ['train', 'activation', 'accuracy', 'head'].map((name) => `test/bench/${name}.ts`);
  for (const script of scripts) {
    const { status } = await runNode(['--import=tsx', script]);
    if (status !== 0) return status;
    process.stdout.write('\n');
  }
  return 0;
}

process.exitCode = await main();
