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
  const uri = vscode.Uri.file(file);
  const inWorkspace = vscode.workspace.getWorkspaceFolder(uri) !== undefined;
  await vscode.commands.executeCommand(inWorkspace ? 'revealInExplorer' : 'revealFileInOS', uri);
}
