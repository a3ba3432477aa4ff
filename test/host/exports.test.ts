import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import type { ImportResult } from '../../src/protocol';
import { watchDialogs } from './support/dialogs';
import { activated, putThreeClasses, retrain, scratch } from './support/extension';

describe('what other tools read', function () {
  this.timeout(120_000);
  const newFolder = scratch();
  const dialogs = watchDialogs();
  const { showOpenDialog } = vscode.window;
  let chosen: string;
  before(() => {
    Object.assign(vscode.window, { showOpenDialog: () => Promise.resolve([vscode.Uri.file(chosen)]) });
  });
  after(() => {
    Object.assign(vscode.window, { showOpenDialog });
  });

  it('is written of a run, and bottleneck values are taken back in', async () => {
    const { exports } = await activated();
    const root = await putThreeClasses(await newFolder('photos'), 6);
    const run = await retrain(root);
    assert.ok(run);
    chosen = await newFolder('exported');
    const listed: string[] = [];
    const { showQuickPick } = vscode.window;
    Object.assign(vscode.window, {
      showQuickPick: (items: readonly vscode.QuickPickItem[]) => {
        listed.push(...items.map(({ label }) => label));
        return Promise.resolve(items);
      },
    });
    const to = await exports.run(run.folder);
    Object.assign(vscode.window, { showQuickPick });
    assert.deepEqual(listed, ['Last layer', 'Labels', 'Curves', 'Report', 'Bottleneck values']);
    assert.equal(to, path.join(chosen, `photos-${run.name}`));
    // A browser has no explorer of the system, and the folder is in none of the editor's.
    const buttons = vscode.env.uiKind === vscode.UIKind.Desktop ? ['Show'] : [];
    assert.deepEqual(dialogs.messages, [{ kind: 'information', text: `Exported to ${to}.`, buttons }]);
    const labels = readFileSync(path.join(to, 'labels.txt'), 'utf8').trim().split('\n');
    assert.equal(labels.length, 3);
    assert.ok(existsSync(path.join(to, 'head', 'model.json')));
    assert.match(readFileSync(path.join(to, 'junit.xml'), 'utf8'), /^<\?xml/);
    assert.ok(readdirSync(path.join(to, 'summaries', run.name)).includes('train'));
    const texts = path.join(to, 'bottlenecks');
    assert.equal(readdirSync(path.join(texts, labels[0] ?? '')).length, 6);

    const copy = await newFolder('copy');
    for (const label of labels) await cp(path.join(root, label), path.join(copy, label), { recursive: true });
    chosen = texts;
    dialogs.messages.length = 0;
    const imported = await vscode.commands.executeCommand<ImportResult>(
      'retrain.importBottlenecks',
      vscode.Uri.file(copy),
    );
    assert.deepEqual(
      imported.modules.map(({ module, taken, skipped }) => [module, taken, skipped.length]),
      [['efficientnet-lite2-int8', 18, 0]],
    );
    assert.deepEqual(dialogs.messages, [
      {
        kind: 'information',
        text: 'efficientnet-lite2-int8: 18 taken, 0 there already, 0 skipped.',
        buttons: ['Train on Them'],
      },
    ]);
  });

  it('is not written where the person chooses nothing', async () => {
    const { exports } = await activated();
    const root = await putThreeClasses(await newFolder('left'), 6);
    const run = await retrain(root);
    const { showQuickPick } = vscode.window;
    Object.assign(vscode.window, { showQuickPick: () => Promise.resolve([]) });
    assert.equal(await exports.run(run?.folder ?? ''), undefined);
    Object.assign(vscode.window, { showQuickPick });
  });
});
