import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import * as vscode from 'vscode';
import { activated } from './support/extension';

interface Manifest {
  readonly contributes: {
    readonly commands: readonly { readonly command: string; readonly title: string }[];
  };
}

describe('the extension', () => {
  it('activates without starting its engine', async () => {
    const { engine } = await activated();
    assert.equal(engine.pid, undefined);
  });

  it('loads neither a runtime nor the decoder of images into the editor, now or later', async () => {
    await activated();
    const dear = /[\\/](onnxruntime[\w-]*|sharp|@img|@tensorflow|tfjs[\w-]*)[\\/]/;
    const { sharedObjects } = process.report.getReport() as unknown as { sharedObjects: string[] };
    assert.ok(sharedObjects.length > 0);
    const modules = Object.keys(createRequire(__filename).cache);
    assert.ok(modules.some((file) => file.endsWith('extension.js')));
    assert.deepEqual(
      [...sharedObjects, ...modules].filter((file) => dear.test(file)),
      [],
    );
  });

  it('registers every command that its manifest offers', async () => {
    await activated();
    const { contributes } = vscode.extensions.getExtension('retrain-classifier.retrain-classifier')
      ?.packageJSON as Manifest;
    const registered = new Set(await vscode.commands.getCommands(true));
    assert.deepEqual(
      contributes.commands.map(({ command }) => command).filter((command) => !registered.has(command)),
      [],
    );
  });

  it('is found in the palette under the title Retrain Classifier', () => {
    const { contributes } = vscode.extensions.getExtension('retrain-classifier.retrain-classifier')
      ?.packageJSON as Manifest;
    const command = contributes.commands.find(({ command: id }) => id === 'retrain.retrainClassifier');
    assert.deepEqual(
      [command?.title, command && 'category' in command],
      ['Retrain Classifier', false],
      'the title, and no category before it',
    );
  });
});
