// npm run check: everything that is checked without running the code. `--only eslint,prettier` picks some.

import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { ensureInstalled } from './install.mjs';
import { runNode } from './processes.mjs';
import { cached, tool } from './repository.mjs';

/** By name: the arguments for Node. A check fails when its exit status is not 0. */
const checks = {
  types: [tool('typescript', 'bin/tsc'), '-p', '.'],
  'webview types': [tool('typescript', 'bin/tsc'), '-p', 'src/webview'],
  eslint: [tool('eslint', 'bin/eslint.js'), '--max-warnings', '0', '.'],
  prettier: [
    tool('prettier', 'bin/prettier.cjs'),
    '--check',
    '--cache',
    '--cache-location',
    cached('prettier'),
    '--log-level',
    'warn',
    '.',
  ],
  'import rules': [
    tool('dependency-cruiser', 'bin/dependency-cruise.mjs'),
    '--config',
    '.dependency-cruiser.cjs',
    '--output-type',
    'err-long',
    'src',
  ],
  knip: [tool('knip', 'bin/knip.js'), '--no-progress'],
};

/**
 * Runs the checks two at a time and prints the output of those that fail.
 * @returns `{ name, failed }` for each
 */
export async function check(names = Object.keys(checks)) {
  const results = [];
  const waiting = [...names];
  const worker = async () => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      const started = performance.now();
      const { status, output } = await runNode(checks[name], { quiet: true });
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      process.stdout.write(`  ${status === 0 ? 'ok    ' : 'FAILED'} ${name} (${seconds} s)\n`);
      if (status !== 0) process.stdout.write(`${output.trimEnd()}\n`);
      results.push({ name, failed: status !== 0 });
    }
  };
  await Promise.all([worker(), worker()]);
  return results;
}

if (path.resolve(process.argv[1] ?? '') === fileURLToPath(import.meta.url)) {
  await ensureInstalled();
  const only = process.argv.indexOf('--only');
  const names = only === -1 ? Object.keys(checks) : (process.argv[only + 1] ?? '').split(',');
  const unknown = names.filter((name) => !Object.hasOwn(checks, name));
  if (unknown.length > 0) {
    process.stderr.write(`Unknown check: ${unknown.join(', ')}. Known: ${Object.keys(checks).join(', ')}.\n`);
    process.exitCode = 2;
  } else {
    const results = await check(names);
    process.exitCode = results.some(({ failed }) => failed) ? 1 : 0;
  }
}
