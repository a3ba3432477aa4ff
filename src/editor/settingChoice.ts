import * as vscode from 'vscode';
import type { SettingName } from '../protocol';
import { changeSettings } from './changeSettings';
import type { EngineClient } from './engineClient';
import { settingsPlace, settingsTarget } from './settings';

/** What holds for a dataset, or for the workspace. */
export async function heldSetting(
  engine: EngineClient,
  name: SettingName,
  scope: vscode.Uri | undefined,
): Promise<unknown> {
  const controls = scope && (await engine.run('readSettingsFile', settingsPlace(scope.fsPath))).controls;
  const control = controls?.find((one) => one.name === name);
  return control ? control.value : vscode.workspace.getConfiguration('retrain', scope).get(name);
}

/**
 * Makes it a setting of a dataset, or of the workspace: in the dataset's retrain.json, which is stronger, where it has
 * one, else in the editor's settings.
 * @throws as `changeSettings`
 */
export async function chooseSetting(
  engine: EngineClient,
  name: SettingName,
  value: string,
  scope: vscode.Uri | undefined,
): Promise<void> {
  const root = scope?.fsPath;
  const { facts } =
    root === undefined ? { facts: null } : await engine.run('readSettingsFile', settingsPlace(root));
  if (root !== undefined && facts?.kind === 'read')
    await changeSettings(engine, root, { [name]: value }, facts.file);
  else await vscode.workspace.getConfiguration('retrain', scope).update(name, value, settingsTarget(scope));
}
