import * as vscode from 'vscode';
import type { SettingName } from '../protocol';
import type { EngineClient } from './engineClient';
import { settingsTarget, workspaceOf } from './settings';

interface ChosenSetting {
  readonly name: SettingName;
  readonly value: string;
  /** What the person is told where retrain.json names it too. */
  readonly stronger: string;
}

/**
 * Sets a setting for a dataset, or for the workspace. False where the dataset's retrain.json, which is stronger, names
 * it too: the person is told, and has the way to that file.
 */
export async function useSetting(
  engine: EngineClient,
  { name, value, stronger }: ChosenSetting,
  scope: vscode.Uri | undefined,
): Promise<boolean> {
  await vscode.workspace.getConfiguration('retrain', scope).update(name, value, settingsTarget(scope));
  if (scope === undefined || !(await isInSettingsFile(engine, name, scope))) return true;
  const edit = vscode.l10n.t('Edit Settings');
  void vscode.window.showWarningMessage(stronger, edit).then((choice) => {
    if (choice === edit) void vscode.commands.executeCommand('retrain.editSettings', scope);
  });
  return false;
}

async function isInSettingsFile(
  engine: EngineClient,
  name: SettingName,
  { fsPath }: vscode.Uri,
): Promise<boolean> {
  const { facts } = await engine.run('readSettingsFile', { folder: fsPath, workspace: workspaceOf(fsPath) });
  return facts?.kind === 'read' && facts.names.includes(name);
}
