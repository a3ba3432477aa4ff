import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { restoreSettings } from '../../src/editor/restoreSettings';
import { retrainSettings } from '../../src/editor/settings';
import { watchDialogs } from './support/dialogs';
import {
  activated,
  eventually,
  putThreeClasses,
  retrain,
  scratch,
  workspaceFolder,
} from './support/extension';

describe('the settings of a dataset', function () {
  this.timeout(60_000);
  const newFolder = scratch();
  watchDialogs();

  it('makes a retrain.json of the settings that hold, which is checked as it is typed and then obeyed', async () => {
    const { sessions } = await activated();
    const root = await putThreeClasses(await newFolder('kept'), 6);
    const session = sessions.of(root);
    const file = await vscode.commands.executeCommand<string>('retrain.editSettings', vscode.Uri.file(root));
    assert.equal(file, path.join(root, 'retrain.json'));
    const editor = vscode.window.activeTextEditor;
    assert.equal(editor?.document.uri.fsPath, file);
    assert.equal((JSON.parse(editor.document.getText()) as { seed: number }).seed, 42);
    const { facts } = session.settings;
    assert.ok(facts?.kind === 'read');
    assert.ok(facts.names.includes('seed'));

    const write = async (text: string) => {
      const all = new vscode.Range(0, 0, editor.document.lineCount, 0);
      await editor.edit((edit) => edit.replace(all, text));
      await editor.document.save();
    };
    await write('{ "sead": 7 }');
    const problem = await eventually('the problem of the schema', () => {
      return vscode.languages.getDiagnostics(editor.document.uri)[0];
    });
    assert.match(problem.message, /sead/);
    await write('{ "seed": 7 }');
    assert.equal((await retrain(root))?.training.seed, 7);
    await session.settings.refresh();
    assert.deepEqual(session.settings.facts, { kind: 'read', file, names: ['seed'] });
  });

  it('are changed in retrain.json, for the next retraining, but not under the hands of the person', async () => {
    const { sessions } = await activated();
    const root = await putThreeClasses(await newFolder('changed'), 6);
    const { settings } = sessions.of(root);
    await settings.change({ seed: 9 });
    await settings.change({ head: 'centroid' });
    const file = path.join(root, 'retrain.json');
    assert.equal(readFileSync(file, 'utf8'), '{\n  "seed": 9,\n  "head": "centroid"\n}\n');
    assert.equal(settings.value('head'), 'centroid');
    const run = await retrain(root);
    assert.deepEqual([run?.training.seed, run?.training.kind], [9, 'centroid']);

    const editor = await vscode.window.showTextDocument(vscode.Uri.file(file));
    await editor.edit((edit) => edit.insert(new vscode.Position(0, 1), ' '));
    await assert.rejects(settings.change({ seed: 10 }), { code: 'SETTINGS_UNSAVED' });
    assert.ok(run);
    await assert.rejects(settings.restore(run.folder), { code: 'SETTINGS_UNSAVED' });
    await vscode.commands.executeCommand('workbench.action.files.revert');
    await settings.change({ seed: 10 });
    assert.equal(settings.value('seed'), 10);
  });

  it('hold for a retraining that is begun while they are being changed', async () => {
    const { sessions } = await activated();
    const root = await putThreeClasses(await newFolder('at-once'), 6);
    const session = sessions.of(root);
    await session.settings.change({ head: 'ridge' });
    const [, , run] = await Promise.all([
      session.settings.change({ seed: 11 }),
      session.settings.choose('head', 'centroid'),
      session.retrain(),
    ]);
    assert.deepEqual([run.training.seed, run.training.kind], [11, 'centroid']);
  });

  it('are those of a training by steps, its defaults open until they are set or restored', async () => {
    const scope = vscode.Uri.file(workspaceFolder());
    const configuration = () => vscode.workspace.getConfiguration('retrain', scope);
    const optimizer = () => {
      const { head } = retrainSettings(scope);
      assert.ok(head.kind === 'softmax');
      return head.optimizer;
    };
    try {
      await configuration().update('optimizer', 'sgd', vscode.ConfigurationTarget.Workspace);
      const open = { kind: 'sgd', evalStepInterval: 10 };
      assert.deepEqual(optimizer(), { ...open, labelSmoothing: 0 });
      const changed = await restoreSettings(scope.fsPath, { optimizer: 'adam', learningRate: 0.3, none: 1 });
      assert.deepEqual(changed, { optimizer: 'adam', learningRate: 0.3 });
      assert.deepEqual(optimizer(), { ...open, labelSmoothing: 0, kind: 'adam', learningRate: 0.3 });
      await restoreSettings(scope.fsPath, { head: 'hidden', hiddenUnits: 64, earlyStopping: 0 });
      const steered = { units: 64, passes: 100, learningRate: 0.3, patience: 0, labelSmoothing: 0 };
      assert.deepEqual(retrainSettings(scope).head, { kind: 'hidden', ...steered });
    } finally {
      for (const name of ['optimizer', 'learningRate', 'head', 'hiddenUnits', 'earlyStopping'])
        await configuration().update(name, undefined, vscode.ConfigurationTarget.Workspace);
    }
  });
});
