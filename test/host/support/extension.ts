import assert from 'node:assert/strict';
import { cp, mkdir, mkdtemp, readdir, realpath, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import type { TestingDoor } from '../../../src/extension';
import type { RunView } from '../../../src/protocol';

const extensionId = 'retrain-classifier.retrain-classifier';

function extension(): vscode.Extension<TestingDoor> {
  const found = vscode.extensions.getExtension<TestingDoor>(extensionId);
  assert.ok(found, 'the editor does not know the extension');
  return found;
}

/** The extension's parts, as activate() hands them to tests. */
export function activated(): Thenable<TestingDoor> {
  return extension().activate();
}

/** Runs the command on a folder, or on the one that the person is asked for. */
export const retrain = (folder?: string) =>
  vscode.commands.executeCommand<RunView | undefined>(
    'retrain.retrainClassifier',
    ...(folder === undefined ? [] : [vscode.Uri.file(folder)]),
  );

/** A file of this repository, which is where the extension under test stands. */
export const extensionFile = (...parts: readonly string[]) => path.join(extension().extensionPath, ...parts);

export const samples = () => path.join(extension().extensionPath, 'media', 'samples', 'flowers');

/** The folder the editor has open: a copy of the sample photos. */
export function workspaceFolder(): string {
  const folder = vscode.workspace.workspaceFolders?.[0];
  assert.ok(folder, 'the editor has no folder open');
  return folder.uri.fsPath;
}

/** Folders outside of the workspace, removed at the end of the suite that calls it. */
export function scratch(): (name: string) => Promise<string> {
  let base: string;
  before(async () => {
    base = await realpath(await mkdtemp(path.join(os.tmpdir(), 'retrain-host-test-')));
  });
  after(() => rm(base, { recursive: true, force: true, maxRetries: 5 }));
  return async (name) => {
    const folder = path.join(base, name);
    await mkdir(folder);
    return folder;
  };
}

/** Puts `count` sample photos of the class `from` into `folder`. */
export async function putPhotos(folder: string, from: string, count: number): Promise<void> {
  await mkdir(folder, { recursive: true });
  const names = (await readdir(path.join(samples(), from))).sort().slice(0, count);
  assert.equal(names.length, count);
  for (const name of names) await cp(path.join(samples(), from, name), path.join(folder, name));
}

/** A dataset with some photos of three classes under their own names. */
export async function putThreeClasses(root: string, each: number): Promise<string> {
  for (const label of ['daisy', 'roses', 'tulips']) await putPhotos(path.join(root, label), label, each);
  return root;
}

/** Files below `folder`, relative to it, ordered. */
export async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .sort();
}

/** Waits until `look` sees something. */
export async function eventually<T>(what: string, look: () => T | undefined): Promise<T> {
  for (let tries = 0; tries < 1000; tries++) {
    const seen = look();
    if (seen !== undefined) return seen;
    await sleep(20);
  }
  throw new Error(`Never happened: ${what}`);
}

/** The tabs that show a webview or custom editor of this type. */
export function tabsOf(viewType: string): vscode.Tab[] {
  return vscode.window.tabGroups.all
    .flatMap((group) => group.tabs)
    .filter(({ input }) => {
      if (input instanceof vscode.TabInputCustom) return input.viewType === viewType;
      return input instanceof vscode.TabInputWebview && input.viewType.endsWith(viewType);
    });
}
