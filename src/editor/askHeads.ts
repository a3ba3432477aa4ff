import * as vscode from 'vscode';
import { comparedHeads, usuallyCompared, type HeadKind } from '../protocol';
import { headName } from './headNames';

/** Asks which heads are to be compared, until at least one is chosen; undefined where the person does not answer. */
export async function askHeads(): Promise<readonly HeadKind[] | undefined> {
  let picked: readonly HeadKind[] = usuallyCompared;
  let placeHolder = vscode.l10n.t('Each is trained five times, on four fifths of the photos');
  for (;;) {
    const items = await vscode.window.showQuickPick(
      comparedHeads.map((head) => ({
        head,
        label: headName(head),
        description:
          head === 'hidden' ? vscode.l10n.t('takes longest: minutes with thousands of photos') : '',
        picked: picked.includes(head),
      })),
      { title: vscode.l10n.t('Compare which heads?'), placeHolder, canPickMany: true },
    );
    if (items?.length !== 0) return items?.map(({ head }) => head);
    picked = [];
    placeHolder = vscode.l10n.t('Choose at least one head');
  }
}
