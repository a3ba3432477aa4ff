// npm test: installs what is missing, checks, builds, and runs every suite. Ends with "N passed, N failed[, N skipped]".
// `npm test -- --only unit,host,ui,check` runs some parts. CI=true makes a missing browser, editor or runtime a failure.
// RETRAIN_TEST_EDITOR=desktop|server says where the host suites run, when both could be.

import { cp, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { build } from './build.mjs';
import { check } from './check.mjs';
import { ensureChromium } from './chromium.mjs';
import { editors, installEditor, newestNode } from './editors.mjs';
import { ensureInstalled } from './install.mjs';
import { run } from './processes.mjs';
import { cached, root, tool } from './repository.mjs';
import { tensorflowLoads } from './tensorflow.mjs';

const strict = process.env.CI === 'true';
const totals = { passed: 0, failed: 0, skipped: 0 };
const failures = [];

const title = (text) => process.stdout.write(`\n== ${text}\n`);

function fail(what, reason) {
  totals.failed++;
  failures.push(`${what}: ${reason}`);
}

/** The first lines of an error: what is read of a run in the end is often its end alone. */
function causeOf(error) {
  return error
    .split('\n')
    .slice(0, 8)
    .map((line) => `      ${line}`)
    .join('\n');
}

/** What a part of the tests needs and cannot have. */
function missing(what, reason) {
  if (strict) {
    fail(what, reason);
  } else {
    totals.skipped++;
    process.stdout.write(`Skipped: ${what}. ${reason}\n`);
  }
}

/** What has the terminal; it changes when a suite has ended. */
let shown = Promise.resolve();

/**
 * Runs one mocha run by `start(file)`, which resolves to `{ status, output }`, and adds its results to the totals.
 * @param quiet whether `start` collects the output, which is then shown between two suites that show their own
 */
async function suite(name, start, { quiet = false } = {}) {
  const file = cached('results', `${name.replaceAll(/\W+/g, '-')}.json`);
  await mkdir(path.dirname(file), { recursive: true });
  await rm(file, { force: true });
  if (!quiet) title(name);
  const running = start(file);
  if (!quiet) shown = running.then(() => undefined);
  const { status, output } = await running;
  if (quiet) {
    await shown;
    title(name);
    process.stdout.write(output);
  }
  const results = await readFile(file, 'utf8').then(JSON.parse, () => undefined);
  if (results === undefined) {
    fail(name, 'it ended, or was ended at its time limit, without results');
    return;
  }
  totals.passed += results.passed;
  totals.failed += results.failed;
  totals.skipped += results.skipped;
  failures.push(...results.failures.map(({ title, error }) => `${name}: ${title}\n${causeOf(error)}`));
  if (results.passed + results.failed === 0) fail(name, 'it ran no test');
  else if (status !== 0 && results.failed === 0)
    fail(name, `its tests passed, but it ended with status ${status}`);
}

/** A suite of mocha's under `node`. */
function mochaSuite(name, pattern, { minutes, args = [], node = process.execPath, quiet = true }) {
  const start = (file) =>
    run(node, [tool('mocha', 'bin/mocha.js'), ...args, pattern], {
      env: { RETRAIN_RESULTS: file, ...(quiet && process.stdout.isTTY && { FORCE_COLOR: '1' }) },
      seconds: minutes * 60,
      quiet,
    });
  return suite(name, start, { quiet });
}

/** Most of the command line's: so that they take about as long as all others do. */
const ofCommandLine = 'test/unit/cli/[!rs]*.test.ts';

/** Two runs, side by side. */
async function unitTests() {
  const args = ['--ignore', ofCommandLine];
  await Promise.all([
    mochaSuite('unit tests', 'test/unit/**/*.test.ts', { minutes: 10, args, quiet: false }),
    mochaSuite('unit tests of the command line', ofCommandLine, { minutes: 10 }),
  ]);
}

async function checks() {
  title('checks');
  for (const { name, failed } of await check()) {
    if (failed) fail('checks', name);
    else totals.passed++;
  }
}

/** A desktop VS Code needs a display; where its download is refused, the servers of scripts/editors.mjs serve. */
async function desktopEditors() {
  const wanted = process.env.RETRAIN_TEST_EDITOR;
  const display = process.platform !== 'linux' || process.env.DISPLAY || process.env.WAYLAND_DISPLAY;
  if (wanted === 'server' || (wanted !== 'desktop' && !display)) return [];
  const { downloadAndUnzipVSCode } = await import('@vscode/test-electron');
  const found = [];
  for (const version of ['1.100.3', 'stable']) {
    try {
      const executable = await downloadAndUnzipVSCode({ version, cachePath: cached('editors', 'desktop') });
      found.push({ name: `VS Code ${version}, desktop`, executable, env: {} });
    } catch (error) {
      process.stdout.write(`VS Code ${version} could not be downloaded: ${error.message}\n`);
      return [];
    }
  }
  return found;
}

async function serverEditors() {
  const installed = await Promise.allSettled(Object.keys(editors).map(installEditor));
  return Object.keys(editors).flatMap((version, index) => {
    const name = `VS Code ${version}`;
    if (installed[index].status === 'rejected') {
      missing(`host suites in ${name}`, installed[index].reason.message);
      return [];
    }
    const log = cached('results', `editor-${version}.log`);
    const env = { RETRAIN_EDITOR: version, RETRAIN_EDITOR_LOG: log };
    return [{ name, executable: path.join(root, 'scripts', 'serverEditor.mjs'), env, log }];
  });
}

/** Runs the suites of test/host in one editor, on a copy of the sample photos. */
async function hostSuite({ executable, env, log }, file) {
  const { runTests } = await import('@vscode/test-electron');
  if (log !== undefined) await rm(log, { force: true });
  const scratch = await mkdtemp(path.join(os.tmpdir(), 'retrain-host-'));
  const workspace = path.join(scratch, 'flowers');
  await cp(path.join(root, 'media', 'samples', 'flowers'), workspace, { recursive: true });
  const data = [
    `--user-data-dir=${path.join(scratch, 'data')}`,
    `--extensions-dir=${path.join(scratch, 'extensions')}`,
  ];
  try {
    const status = await runTests({
      vscodeExecutablePath: executable,
      extensionDevelopmentPath: root,
      extensionTestsPath: path.join(root, 'dist', 'test', 'host', 'index'),
      launchArgs: [workspace, ...data],
      extensionTestsEnv: { ...env, RETRAIN_RESULTS: file },
    });
    return { status };
  } catch (error) {
    if (log !== undefined) process.stdout.write(`What the editor logged: ${path.relative(root, log)}\n`);
    return { status: error.code ?? 1 };
  } finally {
    await rm(scratch, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function hostEditors(browser) {
  const desktop = await desktopEditors();
  if (desktop.length > 0 || browser === undefined) return desktop;
  return serverEditors();
}

/** Suites in which nothing hangs on the editor's version: the newest editor alone runs them. */
const ofNewest = ['backbones', 'engine', 'upkeep'];

async function hostSuites(found) {
  for (const [index, editor] of found.entries()) {
    const env = { ...editor.env, ...(index + 1 < found.length && { RETRAIN_LEAVE_OUT: ofNewest.join() }) };
    await suite(`host suites, ${editor.name}`, (file) => hostSuite({ ...editor, env }, file));
  }
}

/** A browser that a failed test left open must not keep the run alive. */
async function uiTests() {
  const args = ['--timeout', '120000', '--exit'];
  await mochaSuite('UI tests', 'test/ui/**/*.test.ts', { minutes: 8, args });
}

/** What extensions run on in the newest editors; it comes with that editor's server. */
async function runtimesOnNewestNode() {
  const node = newestNode();
  const major = editors['1.139'].node;
  if (Number(process.versions.node.split('.')[0]) >= major) return;
  if (node === undefined) {
    missing(
      `the runtimes on Node ${major}`,
      'It comes with the server of VS Code 1.139, which is not installed.',
    );
    return;
  }
  const pattern = 'test/unit/runtimes/contract.test.ts';
  await mochaSuite(`the runtimes on Node ${major}`, pattern, { minutes: 4, node });
}

async function findBrowser() {
  try {
    return await ensureChromium();
  } catch (error) {
    missing('tests in a browser', error.message);
    return undefined;
  }
}

async function main() {
  const started = performance.now();
  const only = process.argv.indexOf('--only');
  const parts = only === -1 ? ['check', 'unit', 'host', 'ui'] : (process.argv[only + 1] ?? '').split(',');
  await ensureInstalled();
  const needsEditor = parts.includes('host') || parts.includes('ui');
  const browser = needsEditor ? await findBrowser() : undefined;
  if (parts.includes('check')) await checks();
  title('build');
  const built = (await build()) === 0;
  if (!built) fail('build', 'webpack failed; what needs it was not run');
  if (!(await tensorflowLoads())) {
    missing('tests of the tensorflow runtime', 'It does not run here; npm run tensorflow makes it run.');
  }
  if (parts.includes('unit')) await unitTests();
  // Both editors are here before one is started; the newest brings its Node.
  const found = needsEditor && built ? await hostEditors(browser) : [];
  await Promise.all([
    parts.includes('host') && hostSuites(found),
    (async () => {
      if (parts.includes('ui') && built && browser !== undefined) await uiTests();
      if (parts.includes('unit') && built) await runtimesOnNewestNode();
    })(),
  ]);
  if (failures.length > 0)
    process.stdout.write(`\nFailed:\n${failures.map((line) => `  ${line}\n`).join('')}`);
  process.stdout.write(`\n${((performance.now() - started) / 1000).toFixed(0)} s\n`);
  const skipped = totals.skipped > 0 ? `, ${totals.skipped} skipped` : '';
  process.stdout.write(`${totals.passed} passed, ${totals.failed} failed${skipped}\n`);
  process.exitCode = totals.failed > 0 ? 1 : 0;
}

main().catch((error) => {
  process.stderr.write(`${error.stack}\n`);
  process.stdout.write(`${totals.passed} passed, ${totals.failed + 1} failed\n`);
  process.exitCode = 1;
});
