// A VS Code server of scripts/editors.mjs as a process: started, awaited, and ended with everything it started.

import { spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';

/** What keeps pictures and tests calm in every editor. */
const calm = {
  'chat.disableAIFeatures': true,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.startupEditor': 'none',
  'extensions.ignoreRecommendations': true,
  'telemetry.telemetryLevel': 'off',
};

/**
 * @typedef {{ version: string, node: string, main: string, code: string }} Editor as installEditor returns it
 * @typedef {{ origin: string, host: string, pid: number | undefined,
 *   writeSettings(settings: object): Promise<void>, stop(): void }} VSCodeServer
 *   `pid` is also the process group of all that it starts, but on Windows; `stop` kills them, without a word
 */

/**
 * Starts a server and resolves once it listens. Only the tests go without a token and without workspace trust.
 * @param {Editor} editor
 * @param {{ data: string, extensions: string, settings?: object, token?: string, trust?: boolean, driver?: boolean,
 *   env?: Record<string, string>, log?: (text: string) => void }} options
 *   `driver` lets the workbench load an extension from a folder; `log` gets what the server prints
 * @returns {Promise<VSCodeServer>}
 */
export async function startVSCodeServer(editor, options) {
  const { data, extensions, settings = {}, token, trust = false, driver = false, env = {}, log } = options;
  const writeSettings = async (values) => {
    const folder = path.join(data, 'data', 'Machine');
    await mkdir(folder, { recursive: true });
    await writeFile(path.join(folder, 'settings.json'), JSON.stringify({ ...calm, ...values }, null, 2));
  };
  await writeSettings(settings);
  await mkdir(extensions, { recursive: true });
  const args = ['--host', '127.0.0.1', '--port', '0', '--accept-server-license-terms', '--disable-telemetry'];
  args.push('--server-data-dir', data, '--extensions-dir', extensions, '--telemetry-level', 'off');
  args.push(...(token === undefined ? ['--without-connection-token'] : ['--connection-token', token]));
  if (!trust) args.push('--disable-workspace-trust');
  if (driver) args.push('--enable-smoke-test-driver');
  const ownGroup = process.platform !== 'win32';
  const child = spawn(editor.node, [editor.main, ...args], {
    detached: ownGroup,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => log?.(text.trimEnd()));
  }
  const stop = () => {
    process.off('exit', stop);
    if (child.pid === undefined) return;
    try {
      // Its extension host and what that started belong to its group.
      process.kill(ownGroup ? -child.pid : child.pid, 'SIGKILL');
    } catch (error) {
      if (error.code !== 'ESRCH') throw error;
    }
  };
  process.on('exit', stop);
  exitOnSignals();
  const port = await listening(child, editor.version);
  return {
    origin: `http://127.0.0.1:${port}`,
    host: `127.0.0.1:${port}`,
    pid: child.pid,
    writeSettings,
    stop,
  };
}

let handled = false;

/** Ends this process on a signal in such a way that `exit` handlers run: servers must not stay behind. */
function exitOnSignals() {
  if (handled) return;
  handled = true;
  for (const [signal, status] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ]) {
    process.on(signal, () => process.exit(status));
  }
}

function listening(child, version) {
  return new Promise((resolve, reject) => {
    let output = '';
    const limit = setTimeout(() => finish(reject, new Error(failure('did not listen within 60 s'))), 60_000);
    const failure = (what) => `The VS Code ${version} server ${what}.\n${output.trim()}`;
    const finish = (settle, value) => {
      clearTimeout(limit);
      settle(value);
    };
    const read = (text) => {
      if (output.length < 20_000) output += text;
      const port = /listening on (\d+)/.exec(output)?.[1];
      if (port !== undefined) finish(resolve, Number(port));
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.on('error', (error) => finish(reject, error));
    child.on('exit', (status) => finish(reject, new Error(failure(`ended with status ${status}`))));
  });
}
