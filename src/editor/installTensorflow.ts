import * as vscode from 'vscode';
import { RetrainError } from '../base';
import { registerCommand } from './failures';
import { notificationText } from './plainText';
import { findNpm, holdsTensorflow, installTensorflow, tensorflowObstacle } from './tensorflowInstallation';

/** Where Install TensorFlow Runtime puts it, in the extension's own storage. */
export function tensorflowFolder(storage: vscode.Uri): string {
  return vscode.Uri.joinPath(storage, 'tensorflow').fsPath;
}

/**
 * Install TensorFlow Runtime: asks first, since much is downloaded. Resolves to true where the runtime can be used
 * afterwards.
 */
export function registerInstallTensorflow(
  storage: vscode.Uri,
  log: vscode.LogOutputChannel,
): vscode.Disposable {
  return registerCommand('retrain.installTensorflow', log, async () => {
    const folder = tensorflowFolder(storage);
    const npm = findNpm(process.env);
    if (npm === undefined) throw new RetrainError('NPM_MISSING');
    if (holdsTensorflow(folder) && (await tensorflowObstacle(folder)) === undefined) {
      const text = vscode.l10n.t('The TensorFlow runtime is installed already.');
      void vscode.window.showInformationMessage(text);
      return true;
    }
    if (!(await isWanted(folder))) return false;
    const options = {
      location: vscode.ProgressLocation.Notification,
      title: vscode.l10n.t('Installing the TensorFlow runtime'),
      cancellable: true,
    };
    await vscode.window.withProgress(options, async (_progress, token) => {
      const controller = new AbortController();
      const listener = token.onCancellationRequested(() => controller.abort());
      try {
        const { signal } = controller;
        await installTensorflow(folder, { npm, signal, log: (line) => log.info(line) });
      } finally {
        listener.dispose();
      }
    });
    void offer();
    return true;
  });
}

async function isWanted(folder: string): Promise<boolean> {
  const install = vscode.l10n.t('Install');
  const detail = vscode.l10n.t(
    'npm downloads the package @tensorflow/tfjs-node 4.22.0, and its install script downloads TensorFlow’s library from Google: some hundred megabytes, about 1 GB on the disk. It goes to {folder}. The other runtimes work without it, and onnx is faster.',
    { folder },
  );
  const question = vscode.l10n.t('Install the TensorFlow runtime?');
  return (await vscode.window.showInformationMessage(question, { modal: true, detail }, install)) === install;
}

async function offer(): Promise<void> {
  const settings = vscode.l10n.t('Open Setting');
  const text = vscode.l10n.t('The TensorFlow runtime is installed; the setting retrain.runtime chooses it.');
  if ((await vscode.window.showInformationMessage(notificationText(text), settings)) === settings)
    await vscode.commands.executeCommand('workbench.action.openSettings', 'retrain.runtime');
}
