import * as vscode from 'vscode';
import type { Connection } from '../protocol';
import type { EngineClient } from './engineClient';
import { workspaceOf } from './settings';

/** The setting `retrain.backbone` for a dataset, or for the workspace: `auto` or the id of a backbone. */
export function chosenBackbone(scope: vscode.Uri | undefined): string {
  return vscode.workspace.getConfiguration('retrain', scope).get<string>('backbone', 'auto');
}

/** Keeps it where the other settings of the dataset are: in its workspace folder, the workspace, else the person's own. */
export async function useBackbone(id: string, scope: vscode.Uri | undefined): Promise<void> {
  const folders = vscode.workspace.workspaceFolders ?? [];
  const several = folders.length > 1 && scope && vscode.workspace.getWorkspaceFolder(scope) !== undefined;
  const target = several
    ? vscode.ConfigurationTarget.WorkspaceFolder
    : folders.length > 0
      ? vscode.ConfigurationTarget.Workspace
      : vscode.ConfigurationTarget.Global;
  await vscode.workspace.getConfiguration('retrain', scope).update('backbone', id, target);
}

/** True where the retrain.json of a dataset names its backbone: that is stronger than the setting. */
export async function isInSettingsFile(engine: EngineClient, { fsPath }: vscode.Uri): Promise<boolean> {
  const { facts } = await engine.run('readSettingsFile', { folder: fsPath, workspace: workspaceOf(fsPath) });
  return facts?.kind === 'read' && facts.names.includes('backbone');
}

/** How the editor reaches servers; the engine looks into the environment itself. */
export function connection(): Connection {
  const http = vscode.workspace.getConfiguration('http');
  const proxy = http.get<string>('proxy', '').trim();
  const off = http.get<string>('proxySupport') === 'off';
  return { proxy: proxy === '' || off ? null : proxy, strictSsl: http.get<boolean>('proxyStrictSSL', true) };
}
