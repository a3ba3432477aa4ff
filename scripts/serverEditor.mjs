#!/usr/bin/env node
// Stands in for the executable of a desktop VS Code: takes its arguments, runs the extension tests in a VS Code server
// and Chromium, and exits with their status. RETRAIN_EDITOR names the version, as in scripts/editors.mjs. What the suite
// says is shown; what the editor says goes to the file RETRAIN_EDITOR_LOG names, and its end is shown when all goes wrong.

import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { format } from 'node:util';
import { launchChromium } from './chromium.mjs';
import { installEditor } from './editors.mjs';
import { startVSCodeServer } from './vscodeServer.mjs';

/** The suite prints this when mocha has passed: the workbench reports 0 also when the extension host has died. */
const passed = 'RETRAIN-SUITE-PASSED';
/** Stands before each line of mocha's report: the editor logs much of its own beside it. */
const reported = /^suite\| ?/gm;
const limitSeconds = Number(process.env.RETRAIN_SUITE_SECONDS ?? 400);

const options = new Map();
const folders = [];
for (const argument of process.argv.slice(2)) {
  const named = /^--([^=]+)(?:=(.*))?$/s.exec(argument);
  if (named) options.set(named[1], named[2] ?? '');
  else folders.push(argument);
}

const scratch = mkdtempSync(path.join(os.tmpdir(), 'retrain-editor-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true, maxRetries: 3 }));

const logFile = process.env.RETRAIN_EDITOR_LOG ?? path.join(scratch, 'editor.log');
const recent = [];
const log = (text) => {
  recent.push(text);
  if (recent.length > 40) recent.shift();
  appendFileSync(logFile, `${text}\n`);
};

const editor = await installEditor(process.env.RETRAIN_EDITOR ?? '1.100');
const server = await startVSCodeServer(editor, {
  data: path.join(scratch, 'data'),
  extensions: path.join(scratch, 'extensions'),
  settings: { 'git.enabled': false },
  driver: true,
  log,
});
const browser = await launchChromium();
const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });

let sawMarker = false;
let sawReport = false;
const suite = new Promise((resolve) => {
  setTimeout(() => {
    process.stderr.write(`The suite did not end within ${limitSeconds} s.\n`);
    resolve(1);
  }, limitSeconds * 1000).unref();
  page.on('crash', () => resolve(1));
  void page.exposeFunction('codeAutomationExit', (status) => resolve(status));
});
await page.exposeFunction('codeAutomationLog', (type, args) => {
  const line = format(...args);
  if (line.includes(passed)) sawMarker = true;
  else if (line.startsWith('suite|')) {
    sawReport = true;
    process.stdout.write(`${line.replace(reported, '')}\n`);
  } else log(`${type}: ${line}`);
});

const remote = (file) => `vscode-remote://${server.host}${encodeURI(path.resolve(file))}`;
const payload = [
  ['extensionDevelopmentPath', remote(options.get('extensionDevelopmentPath'))],
  ['extensionTestsPath', remote(options.get('extensionTestsPath'))],
  ['skipWelcome', 'true'],
];
const address = new URL(server.origin);
if (folders[0] !== undefined) address.searchParams.set('folder', path.resolve(folders[0]));
address.searchParams.set('payload', JSON.stringify(payload));
await page.goto(address.href);

const status = await suite;
if (status === 0 && !sawMarker) {
  process.stderr.write('The extension host ended before the suite did.\n');
}
if (!sawMarker && !sawReport) process.stderr.write(`${recent.join('\n')}\n`);
await browser.close();
server.stop();
process.exit(status === 0 && sawMarker ? 0 : 1);
