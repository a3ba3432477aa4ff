// A Chromium for the tests: one that is there, else Playwright's own in a cache inside the repository.

import path from 'node:path';
import process from 'node:process';
import { runNode } from './processes.mjs';
import { cached, isFile, tool } from './repository.mjs';

// Before playwright-core is loaded: it reads this once.
process.env.PLAYWRIGHT_BROWSERS_PATH ??= cached('browsers');

const names =
  process.platform === 'win32'
    ? ['chrome.exe', 'msedge.exe']
    : [
        // The shell opens no windows: half the work.
        'chromium-headless-shell',
        'chrome-headless-shell',
        'chromium',
        'chromium-browser',
        'google-chrome',
        'google-chrome-stable',
        'microsoft-edge',
      ];

function usualPlaces() {
  if (process.platform === 'darwin') {
    return ['Google Chrome', 'Chromium', 'Microsoft Edge'].map(
      (name) => `/Applications/${name}.app/Contents/MacOS/${name}`,
    );
  }
  if (process.platform === 'win32') {
    const roots = ['PROGRAMFILES', 'PROGRAMFILES(X86)', 'LOCALAPPDATA'].flatMap(
      (key) => process.env[key] ?? [],
    );
    return roots.flatMap((folder) => [
      path.join(folder, 'Google', 'Chrome', 'Application', 'chrome.exe'),
      path.join(folder, 'Microsoft', 'Edge', 'Application', 'msedge.exe'),
    ]);
  }
  return [];
}

/** @returns {string | undefined} a Chromium that somebody installed; CHROME_PATH goes first */
function installedChromium() {
  const folders = (process.env.PATH ?? '').split(path.delimiter).filter((folder) => folder !== '');
  const told = process.env.CHROME_PATH ? [process.env.CHROME_PATH] : [];
  const byName = names.flatMap((name) => folders.map((folder) => path.join(folder, name)));
  return [...told, ...byName, ...usualPlaces()].find(isFile);
}

/** @returns {Promise<string | undefined>} */
async function ownChromium() {
  const { chromium } = await import('playwright-core');
  const file = chromium.executablePath();
  return isFile(file) ? file : undefined;
}

/**
 * Finds a Chromium or downloads one.
 * @returns {Promise<string>} the executable; throws where none can be had
 */
export async function ensureChromium() {
  const present = installedChromium() ?? (await ownChromium());
  if (present !== undefined) return present;
  process.stdout.write('Downloading Chromium for the tests (once) ...\n');
  const install = [tool('playwright-core', 'cli.js'), 'install', 'chromium', '--no-shell'];
  const { output } = await runNode(install, { quiet: true, seconds: 300 });
  const own = await ownChromium();
  if (own === undefined) {
    throw new Error(
      `There is no Chromium, Chrome or Edge here and none could be downloaded. Install one, or name it in CHROME_PATH.\n${output.trim()}`,
    );
  }
  return own;
}

/**
 * Starts Chromium for tests, headless.
 * @returns {Promise<import('playwright-core').Browser>}
 */
export async function launchChromium() {
  const { chromium } = await import('playwright-core');
  return chromium.launch({
    executablePath: await ensureChromium(),
    // Who starts the browser ends it: Playwright's own handlers would end this process before the server is ended.
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
