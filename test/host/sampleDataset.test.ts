import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { watchDialogs } from './support/dialogs';
import { filesBelow, samples, scratch } from './support/extension';

describe('Open Sample Dataset', function () {
  this.timeout(60_000);
  const newFolder = scratch();
  const dialogs = watchDialogs();

  const openSample = (folder: string) =>
    vscode.commands.executeCommand<vscode.Uri | undefined>(
      'retrain.openSampleDataset',
      vscode.Uri.file(folder),
    );

  it('copies the photos with their credits, and offers to retrain on them', async () => {
    const folder = await newFolder('chosen');
    const copy = await openSample(folder);
    assert.equal(copy?.fsPath, path.join(folder, 'flowers'));
    const files = await filesBelow(copy.fsPath);
    assert.deepEqual(
      files,
      (await filesBelow(samples())).filter((file) => !/^\.(bottlenecks|retrain)/.test(file)),
    );
    assert.ok(files.includes('CREDITS.csv'));
    assert.deepEqual(dialogs.messages[0]?.buttons, ['Retrain Classifier', 'Open Folder']);
  });

  it('never overwrites: a second copy gets a name of its own', async () => {
    const folder = await newFolder('twice');
    const first = await openSample(folder);
    assert.ok(first);
    const own = path.join(first.fsPath, 'CREDITS.csv');
    await writeFile(own, 'mine');
    const second = await openSample(folder);
    assert.equal(second?.fsPath, path.join(folder, 'flowers-2'));
    assert.equal(await readFile(own, 'utf8'), 'mine');
  });
});
