// npm run build: bundles the extension, the engine, the command line, the webviews and the host suites into dist/.

import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { ensureInstalled } from './install.mjs';
import { runNode } from './processes.mjs';
import { tool } from './repository.mjs';

/** Resolves to webpack's exit status. */
export async function build(args = []) {
  const { status } = await runNode([tool('webpack', 'bin/webpack.js'), ...args]);
  return status;
}

if (path.resolve(process.argv[1] ?? '') === fileURLToPath(import.meta.url)) {
  await ensureInstalled();
  process.exitCode = await build(process.argv.slice(2));
}
