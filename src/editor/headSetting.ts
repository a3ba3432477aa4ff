import * as vscode from 'vscode';
import type { HeadKind } from '../protocol';

/** What each kind of head is called. */
const names: Readonly<Record<HeadKind, () => string>> = {
  softmax: () => vscode.l10n.t('Softmax regression'),
  ridge: () => vscode.l10n.t('Ridge classifier'),
  hidden: () => vscode.l10n.t('Hidden layer'),
  neighbours: () => vscode.l10n.t('Nearest neighbours'),
  centroid: () => vscode.l10n.t('Class means'),
};

export const headKinds = Object.keys(names) as HeadKind[];

export function headName(kind: HeadKind): string {
  return names[kind]();
}

/**
 * The setting `retrain.head`; a ridge classifier where it is none that there is. Where nobody has set it, an optimizer
 * that somebody has set means softmax regression, which alone has one.
 */
export function chosenHead(settings: vscode.WorkspaceConfiguration): HeadKind {
  if (!isSet(settings, 'head') && isSet(settings, 'optimizer')) return 'softmax';
  const named = settings.get<string>('head');
  return headKinds.find((kind) => kind === named) ?? 'ridge';
}

function isSet(settings: vscode.WorkspaceConfiguration, name: string): boolean {
  const { globalValue, workspaceValue, workspaceFolderValue } = settings.inspect<string>(name) ?? {};
  return [globalValue, workspaceValue, workspaceFolderValue].some((value) => value !== undefined);
}
