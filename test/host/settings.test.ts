import assert from 'node:assert/strict';
import path from 'node:path';
import * as vscode from 'vscode';
import { watchDialogs } from './support/dialogs';
import { activated, eventually, putThreeClasses, retrain, scratch } from './support/extension';

describe('Edit Settings', function () {
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
    assert.ok(session.settings?.kind === 'read');
    assert.ok(session.settings.names.includes('seed'));

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
    await session.refreshSettings();
    assert.deepEqual(session.settings, { kind: 'read', file, names: ['seed'] });
  });
});
