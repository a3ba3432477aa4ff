import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import path from 'node:path';

interface Activation {
  readonly load: number;
  readonly activate: number;
  readonly cpu: number;
  readonly native: readonly string[];
}

/**
 * What activating the extension costs, each time in a fresh process: loading `dist/extension.js` and `activate()`,
 * without what the editor does for them. The target is under 25 ms.
 *
 *     npx tsx test/bench/activation.ts [times]
 */
function main(): void {
  const times = Number(process.argv[2] ?? 21);
  const program = path.resolve('test', 'bench', 'activationProcess.cjs');
  const found = Array.from(
    { length: times },
    () => JSON.parse(execFileSync(process.execPath, [program], { encoding: 'utf8' })) as Activation,
  );
  const kilobytes = (statSync(path.resolve('dist', 'extension.js')).size / 1000).toFixed(0);
  console.log(
    `Activation, ${times} fresh processes, Node ${process.version}; dist/extension.js: ${kilobytes} kB\n`,
  );
  console.log('| | milliseconds, median (min to max) |');
  console.log('|---|---|');
  console.log(`| loading the bundle | ${spread(found.map(({ load }) => load))} |`);
  console.log(`| activate() | ${spread(found.map(({ activate }) => activate))} |`);
  console.log(`| both | ${spread(found.map(({ load, activate }) => load + activate))} |`);
  console.log(`| both, the processor's time | ${spread(found.map(({ cpu }) => cpu))} |`);
  console.log(`| native libraries loaded | ${found.flatMap(({ native }) => native).length} |`);
}

function spread(figures: readonly number[]): string {
  const sorted = [...figures].sort((a, b) => a - b);
  const at = (share: number) => (sorted[Math.floor(share * (sorted.length - 1))] ?? NaN).toFixed(1);
  return `${at(0.5)} (${at(0)} to ${at(1)})`;
}

main();
