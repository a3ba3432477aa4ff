/// <reference types="webpack/module" />
import { format } from 'node:util';

/** Found by pattern, so that no suite is forgotten; each is evaluated only when mocha's globals are there. */
const suites = import.meta.webpackContext('.', { recursive: true, regExp: /\.test\.ts$/ });

/** What the editor calls in its extension host; rejects when a test fails. */
export async function run(): Promise<void> {
  const mochaModule = await import('mocha');
  const { default: ResultsReporter } = await import('../support/resultsReporter');
  // Marked, so that scripts/serverEditor.mjs can tell the report from what the editor logs.
  mochaModule.reporters.Base.consoleLog = (...line: unknown[]) => {
    console.log(format(...line).replace(/^/gm, 'suite| '));
  };
  const mocha = new mochaModule.default({
    ui: 'bdd',
    color: false,
    timeout: 60_000,
    forbidOnly: process.env['CI'] === 'true',
    reporter: ResultsReporter,
  });
  mocha.suite.emit('pre-require', globalThis, '', mocha);
  const leftOut = process.env['RETRAIN_LEAVE_OUT']?.split(',') ?? [];
  for (const key of suites.keys()) if (!leftOut.some((name) => key.endsWith(`/${name}.test.ts`))) suites(key);
  const failures = await new Promise<number>((resolve) => mocha.run(resolve));
  if (failures > 0) throw new Error(`${failures} tests failed.`);
  console.log('RETRAIN-SUITE-PASSED');
}
