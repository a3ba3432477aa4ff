import * as vscode from 'vscode';
import type { ImportProgress, ImportResult } from '../protocol';
import { askFolder } from './askFolder';
import { chooseDataset, subjectOf } from './datasets';
import type { EngineClient } from './engineClient';
import { registerCommand, tellFailure } from './failures';
import { notificationText } from './plainText';
import { progressNotification } from './progressNotification';
import { chooseSetting } from './settingChoice';
import { count } from './wording';

/** Import Bottleneck Texts…: takes the values that retrain.py has left as text files into the cache of a dataset. */
export function registerBottleneckImport(
  engine: EngineClient,
  log: vscode.LogOutputChannel,
): vscode.Disposable {
  return registerCommand('retrain.importBottlenecks', log, (folder?: vscode.Uri) =>
    importBottlenecks(engine, log, folder),
  );
}

async function importBottlenecks(
  engine: EngineClient,
  log: vscode.LogOutputChannel,
  folder: vscode.Uri | undefined,
): Promise<ImportResult | undefined> {
  const choice = await chooseDataset(engine, folder);
  if (choice.kind !== 'chosen') return undefined;
  const { root } = choice;
  const { name } = subjectOf(root);
  const from = await askFolder(
    vscode.l10n.t("Choose the folder of retrain.py's bottleneck files"),
    vscode.l10n.t('Import'),
  );
  if (from === undefined) return undefined;
  const title = vscode.l10n.t('Importing bottleneck values of {name}', { name });
  const result = await vscode.window.withProgress(progressNotification(title), (notification, token) =>
    engine.run(
      'importBottlenecks',
      { from: from.fsPath, folder: root, module: null },
      { token, progress: (progress) => notification.report({ message: progressText(progress) }) },
    ),
  );
  void offerTraining(engine, result, vscode.Uri.file(root), log);
  return result;
}

function progressText(progress: ImportProgress): string {
  return progress.kind === 'scanning'
    ? vscode.l10n.t('{count} files', { count: count(progress.files) })
    : vscode.l10n.t('{done} of {of}', { done: count(progress.done), of: count(progress.of) });
}

/** Says what came of each module, and offers to train on the values of the first. */
async function offerTraining(
  engine: EngineClient,
  { modules }: ImportResult,
  dataset: vscode.Uri,
  log: vscode.LogOutputChannel,
): Promise<void> {
  const text = modules
    .map(({ module, taken, present, skipped }) =>
      vscode.l10n.t('{module}: {taken} taken, {present} there already, {skipped} skipped.', {
        module,
        taken: count(taken),
        present: count(present),
        skipped: count(skipped.length),
      }),
    )
    .join(' ');
  const [first] = modules;
  if (first === undefined) return;
  const use = vscode.l10n.t('Train on Them');
  if ((await vscode.window.showInformationMessage(notificationText(text), use)) !== use) return;
  try {
    await chooseSetting(engine, 'backbone', first.id, dataset);
  } catch (error) {
    tellFailure(error, log);
    return;
  }
  await vscode.commands.executeCommand('retrain.retrainClassifier', dataset);
}
