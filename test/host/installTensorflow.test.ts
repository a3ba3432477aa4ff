import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { watchDialogs } from './support/dialogs';
import { activated } from './support/extension';

describe('Install TensorFlow Runtime', () => {
  const dialogs = watchDialogs();

  it('asks before it downloads anything, saying what, from where and how much', async () => {
    await activated();
    const installed = await vscode.commands.executeCommand<boolean | undefined>('retrain.installTensorflow');
    assert.equal(installed, false, 'the person did not say yes');
    const [question, ...others] = dialogs.messages;
    assert.equal(question?.text, 'Install the TensorFlow runtime?');
    assert.deepEqual(others, []);
    const [options, install] = question.buttons as readonly unknown[];
    assert.equal(install, 'Install');
    const { modal, detail } = options as vscode.MessageOptions;
    assert.equal(modal, true);
    assert.match(detail ?? '', /npm downloads .*@tensorflow\/tfjs-node.*megabytes.* goes to .*tensorflow/);
  });
});
