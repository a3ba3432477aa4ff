import * as vscode from 'vscode';
import type { EngineClient } from './engineClient';
import { registerCommand } from './failures';

/** Show Diagnostics: what `retrain doctor` prints, as a document that can be copied from. */
export function registerShowDiagnostics(
  engine: EngineClient,
  log: vscode.LogOutputChannel,
): vscode.Disposable {
  return registerCommand('retrain.showDiagnostics', log, async () => {
    const { text } = await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Window, title: vscode.l10n.t('Looking at this machine') },
      () => engine.run('doctor', {}),
    );
    const document = await vscode.workspace.openTextDocument({ content: text, language: 'plaintext' });
    await vscode.window.showTextDocument(document, { preview: true });
    return document;
  });
}
