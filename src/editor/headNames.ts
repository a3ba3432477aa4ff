import * as vscode from 'vscode';
import type { HeadKind } from '../protocol';

/** What each kind of head is called. */
const names: Readonly<Record<HeadKind, () => string>> = {
  softmax: () => vscode.l10n.t('Softmax regression'),
  ridge: () => vscode.l10n.t('Ridge classifier'),
  hidden: () => vscode.l10n.t('Hidden layer'),
  neighbours: () => vscode.l10n.t('Nearest neighbours'),
  centroid: () => vscode.l10n.t('Class centroid'),
};

export const headKinds = Object.keys(names) as HeadKind[];

export function headName(kind: HeadKind): string {
  return names[kind]();
}
