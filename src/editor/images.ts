import path from 'node:path';
import * as vscode from 'vscode';

/** Endings of the formats that are read; the content decides in the end. package.json's menus have the same list. */
const extensions = ['jpg', 'jpeg', 'jfif', 'png', 'webp', 'gif', 'bmp', 'tif', 'tiff', 'avif'];

/**
 * The images a command is about: what was chosen in the explorer (`clicked` and all selected), else the open
 * image. Empty where there is neither.
 */
export function chosenImages(
  clicked: vscode.Uri | undefined,
  selected: readonly vscode.Uri[] | undefined,
): string[] {
  const chosen =
    selected !== undefined && selected.length > 0 ? selected : clicked ? [clicked] : openImages();
  return chosen.filter((uri) => uri.scheme === 'file').map((uri) => uri.fsPath);
}

/** Asks for images anywhere on this machine. */
export async function pickImages(many: boolean): Promise<string[]> {
  const uris = await vscode.window.showOpenDialog({
    canSelectMany: many,
    filters: { [vscode.l10n.t('Images')]: extensions },
    title: vscode.l10n.t('Choose an image'),
  });
  return (uris ?? []).map((uri) => uri.fsPath);
}

/** The image of the active tab: in VS Code's image preview or, whatever it is called, in another editor. */
function openImages(): vscode.Uri[] {
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  const isFile = input instanceof vscode.TabInputCustom || input instanceof vscode.TabInputText;
  return isFile && extensions.includes(path.extname(input.uri.path).slice(1).toLowerCase())
    ? [input.uri]
    : [];
}
