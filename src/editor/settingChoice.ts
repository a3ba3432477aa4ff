import * as vscode from 'vscode';
import type { SettingName } from '../protocol';
import type { EngineClient } from './engineClient';
import { settingsTarget, workspaceOf } from './settings';

interface SettingChoice {
  readonly name: SettingName;
  readonly value: string;
  /** Settings whose mention in a retrain.json decides this one. */
  readonly decidedBy: readonly SettingName[];
  /** What the person is told then. */
  readonly stronger: string;
}

/**
 * Makes it a setting of a dataset, or of the workspace. False where the dataset's retrain.json, which is stronger,
 * decides it: the person is told, and has the way to that file.
 */
export async function chooseSetting(
  engine: EngineClient,
  { name, value, decidedBy, stronger }: SettingChoice,
  scope: vscode.Uri | undefined,
): Promise<boolean> {
  await vscode.workspace.getConfiguration('retrain', scope).update(name, value, settingsTarget(scope));
  if (scope === undefined || !(await isInSettingsFile(engine, decidedBy, scope))) return true;
  const edit = vscode.l10n.t('Edit Settings');
  void vscode.window.showWarningMessage(stronger, edit).then((choice) => {
    if (choice === edit) void vscode.commands.executeCommand('retrain.editSettings', scope);
  });
  return false;
}

async function isInSettingsFile(
  engine: EngineClient,
  names: readonly SettingName[],
  { fsPath }: vscode.Uri,
): Promise<boolean> {
  const { facts } = await engine.run('readSettingsFile', { folder: fsPath, workspace: workspaceOf(fsPath) });
  return facts?.kind === 'read' && names.some((name) => facts.names.includes(name));
}
