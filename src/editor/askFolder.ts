import * as vscode from 'vscode';

/** A folder anywhere on this machine; undefined where the person chose none. */
export async function askFolder(title: string, openLabel: string): Promise<vscode.Uri | undefined> {
  const options = { canSelectFolders: true, canSelectFiles: false, openLabel, title };
  return (await vscode.window.showOpenDialog(options))?.[0];
}
