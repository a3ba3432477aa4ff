import { cp, mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { systemCode } from '../base';
import { askFolder } from './askFolder';
import { registerCommand } from './failures';
import { notificationText } from './plainText';

/** Open Sample Dataset: gives the person a copy of the flowers to retrain on. */
export function registerOpenSampleDataset(
  extension: vscode.Uri,
  log: vscode.LogOutputChannel,
): vscode.Disposable {
  const flowers = vscode.Uri.joinPath(extension, 'media', 'samples', 'flowers').fsPath;
  return registerCommand('retrain.openSampleDataset', log, async (into?: vscode.Uri) => {
    const parent =
      into ??
      (await askFolder(vscode.l10n.t('Choose where the sample photos go'), vscode.l10n.t('Copy Here')));
    if (!parent) return undefined;
    const copy = await newFolder(parent.fsPath, 'flowers');
    await copyEntries(flowers, copy);
    const uri = vscode.Uri.file(copy);
    void offer(uri);
    return uri;
  });
}

/** Makes a folder that was not there: `name`, else `name-2`, ... */
async function newFolder(parent: string, name: string): Promise<string> {
  for (let n = 1; ; n++) {
    const folder = path.join(parent, n === 1 ? name : `${name}-${n}`);
    try {
      await mkdir(folder);
      return folder;
    } catch (error) {
      if (systemCode(error) !== 'EEXIST') throw error;
    }
  }
}

/** Copies into an empty folder, without what a retraining on the samples themselves may have left there. */
async function copyEntries(from: string, into: string): Promise<void> {
  for (const name of await readdir(from)) {
    if (name.startsWith('.')) continue;
    await cp(path.join(from, name), path.join(into, name), {
      recursive: true,
      force: false,
      errorOnExist: true,
    });
  }
}

async function offer(copy: vscode.Uri): Promise<void> {
  const retrain = vscode.l10n.t('Retrain Classifier');
  const open = vscode.l10n.t('Open Folder');
  const text = vscode.l10n.t('200 photos of flowers were copied to {path}.', { path: copy.fsPath });
  const choice = await vscode.window.showInformationMessage(notificationText(text), retrain, open);
  if (choice === retrain) await vscode.commands.executeCommand('retrain.retrainClassifier', copy);
  if (choice === open)
    await vscode.commands.executeCommand('vscode.openFolder', copy, { forceNewWindow: true });
}
