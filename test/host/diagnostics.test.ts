import assert from 'node:assert/strict';
import * as vscode from 'vscode';

describe('Show Diagnostics', function () {
  this.timeout(60_000);

  it('opens what retrain doctor prints as a document', async () => {
    const document = await vscode.commands.executeCommand<vscode.TextDocument | undefined>(
      'retrain.showDiagnostics',
    );
    assert.ok(document);
    assert.equal(vscode.window.activeTextEditor?.document, document);
    const text = document.getText();
    assert.match(text, /^Retrain Classifier \d+\.\d+\.\d+\n/);
    assert.ok(text.includes(`Node ${process.versions.node} on ${process.platform}-${process.arch}`));
    for (const id of ['onnx', 'tensorflow', 'wasm']) assert.match(text, new RegExp(`^  ${id} +\\S`, 'm'));
    assert.match(text, /efficientnet-lite2: 2912 values/);
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  });
});
