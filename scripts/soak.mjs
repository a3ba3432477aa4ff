// npm run test:soak [-- --kills 200] [--editor-kills 10] [--seed 1]: kills processes and editors at random moments. Takes half an hour.

import process from 'node:process';
import { build } from './build.mjs';
import { ensureInstalled } from './install.mjs';
import { runNode } from './processes.mjs';

async function main() {
  await ensureInstalled();
  if ((await build()) !== 0) return 1;
  const { status } = await runNode(['--import=tsx', 'test/soak/kill.ts', ...process.argv.slice(2)]);
  return status;
}

process.exitCode = await main();
