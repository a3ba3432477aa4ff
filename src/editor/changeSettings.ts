import * as vscode from 'vscode';
import { RetrainError } from '../base';
import type { SettingChanges } from '../protocol';
import type { EngineClient } from './engineClient';
import { settingsPlace } from './settings';

/**
 * Changes settings in the retrain.json of the dataset at `root`; it is made where there is none.
 * @param file of the dataset, where it has one
 * @throws as `refuseUnsaved`, and as the job
 */
export async function changeSettings(
  engine: EngineClient,
  root: string,
  changes: SettingChanges,
  file: string | undefined,
): Promise<void> {
  refuseUnsaved(file);
  await engine.run('changeSettings', { ...settingsPlace(root), changes });
}

/** @throws SETTINGS_UNSAVED where the person is writing in `file` */
export function refuseUnsaved(file: string | undefined): void {
  const unsaved = vscode.workspace.textDocuments.some(
    ({ isDirty, uri }) => isDirty && uri.scheme === 'file' && uri.fsPath === file,
  );
  if (file !== undefined && unsaved)
    throw new RetrainError('SETTINGS_UNSAVED', { path: vscode.workspace.asRelativePath(file) });
}
