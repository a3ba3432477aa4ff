// npm run bench: the figures of the README, measured on this machine. Takes some minutes. `npm run bench -- heads train`
// runs those alone.

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
  ['heads'],
  ['novelty'],
  ['memory'],
  ['scale'],
];

async function main() {
  await ensureInstalled();
  if ((await build()) !== 0) return 1;
  const wanted = process.argv.slice(2);
  const unknown = wanted.filter((name) => !scripts.some(([script]) => script === name));
  if (unknown.length > 0) {
    process.stderr.write(`Unknown benchmark: ${unknown.join(', ')}.\n`);
    return 2;
  }
  for (const [script, ...args] of scripts) {
    if (wanted.length > 0 && !wanted.includes(script)) continue;
    const { status } = await runNode(['--expose-gc', '--import=tsx', `test/bench/${script}.ts`, ...args]);
    if (status !== 0) return status;
    process.stdout.write('\n');
  }
  return 0;
}

process.exitCode = await main();
