import * as vscode from 'vscode';
import { resolveInside } from '../base';

/** Opens an image of a dataset; a path that leads out of the dataset is refused. */
export async function openImage(root: string, relative: string): Promise<void> {
  await vscode.commands.executeCommand('vscode.open', vscode.Uri.file(await resolveInside(root, relative)));
}

/** Shows an image of a dataset in the explorer; a path that leads out of the dataset is refused. */
export async function revealImage(root: string, relative: string): Promise<void> {
  await reveal(await resolveInside(root, relative));
}

/** Shows a file or folder in the explorer, or in the system's where no workspace folder holds it. */
export async function reveal(file: string): Promise<void> {
  const command = isInWorkspace(file) ? 'revealInExplorer' : 'revealFileInOS';
  await vscode.commands.executeCommand(command, vscode.Uri.file(file));
}

/** Whether `reveal` can show it: a window in a browser, or of another machine, has no explorer of the system. */
export function canReveal(file: string): boolean {
  const { remoteName, uiKind } = vscode.env;
  return isInWorkspace(file) || (remoteName === undefined && uiKind === vscode.UIKind.Desktop);
}

function isInWorkspace(file: string): boolean {
  return vscode.workspace.getWorkspaceFolder(vscode.Uri.file(file)) !== undefined;
}
