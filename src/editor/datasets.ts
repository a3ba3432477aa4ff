import path from 'node:path';
import * as vscode from 'vscode';
import type { PanelSubject } from '../protocol';
import type { EngineClient } from './engineClient';
import { listText } from './plainText';

export type DatasetChoice =
  | { readonly kind: 'chosen'; readonly root: string }
  /** There is no dataset to choose. */
  | { readonly kind: 'none' }
  /** The person was asked and did not answer. */
  | { readonly kind: 'dismissed' };

/** The folders of the workspace that look like datasets; what `files.exclude` hides is left out. */
export async function workspaceDatasets(engine: EngineClient): Promise<string[]> {
  const folders = vscode.workspace.workspaceFolders ?? [];
  const found = await Promise.all(folders.map((folder) => datasetsBelow(engine, folder.uri)));
  return [...new Set(found.flat())];
}

/** The dataset meant by `folder`, or by nothing at all; asks only where there is a choice. */
export async function chooseDataset(
  engine: EngineClient,
  folder: vscode.Uri | undefined,
): Promise<DatasetChoice> {
  const datasets = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Window, title: vscode.l10n.t('Looking for photo folders') },
    () => (folder ? datasetsBelow(engine, folder) : workspaceDatasets(engine)),
  );
  // A folder that the person named is taken at their word: the scan says what it lacks.
  if (folder && (datasets.length === 0 || datasets.includes(folder.fsPath)))
    return { kind: 'chosen', root: folder.fsPath };
  const [first, ...others] = datasets;
  if (first === undefined) return { kind: 'none' };
  if (others.length === 0) return { kind: 'chosen', root: first };
  return pickDataset(datasets);
}

async function pickDataset(datasets: readonly string[]): Promise<DatasetChoice> {
  const items = datasets.map((root) => {
    const { name, shownPath } = subjectOf(root);
    return { label: listText(name), description: listText(shownPath), root };
  });
  const item = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t('Choose a folder of photos'),
    matchOnDescription: true,
  });
  return item ? { kind: 'chosen', root: item.root } : { kind: 'dismissed' };
}

/** How the dataset at `root` is named to the person. */
export function subjectOf(root: string): PanelSubject {
  return { name: path.basename(root) || root, shownPath: vscode.workspace.asRelativePath(root), root };
}

async function datasetsBelow(engine: EngineClient, folder: vscode.Uri): Promise<readonly string[]> {
  if (folder.scheme !== 'file') return [];
  const { datasets } = await engine.run('findDatasets', {
    folders: [folder.fsPath],
    exclude: ['**/node_modules', ...hiddenFiles(folder)],
  });
  return datasets;
}

/** The globs of `files.exclude` that hold without a condition. */
function hiddenFiles(folder: vscode.Uri): string[] {
  const exclude = vscode.workspace
    .getConfiguration('files', folder)
    .get<Record<string, unknown>>('exclude', {});
  return Object.entries(exclude)
    .filter(([, hidden]) => hidden === true)
    .map(([glob]) => glob);
}
