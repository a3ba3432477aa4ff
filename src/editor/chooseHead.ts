import * as vscode from 'vscode';
import type { HeadKind } from '../protocol';
import type { EngineClient } from './engineClient';
import { registerCommand } from './failures';
import { headKinds, headName } from './headNames';
import { offerRetraining } from './retrainNotifications';
import { chooseSetting, heldSetting } from './settingChoice';

/** Choose Head: what the new last layer of a dataset, or of the workspace, is to be. */
export function registerChooseHead(engine: EngineClient, log: vscode.LogOutputChannel): vscode.Disposable {
  return registerCommand('retrain.chooseHead', log, (scope?: vscode.Uri) => chooseHead(engine, scope));
}

async function chooseHead(
  engine: EngineClient,
  scope: vscode.Uri | undefined,
): Promise<HeadKind | undefined> {
  const chosen = await heldSetting(engine, 'head', scope);
  const item = await vscode.window.showQuickPick(
    headKinds.map((kind) => ({
      head: kind,
      label: `${kind === chosen ? '$(check) ' : ''}${headName(kind)}`,
      description: kind,
      detail: detailOf(kind),
    })),
    {
      title: vscode.l10n.t('Choose the head'),
      placeHolder: vscode.l10n.t('The new last layer, which is trained on the bottleneck values'),
      matchOnDescription: true,
      matchOnDetail: true,
    },
  );
  if (item === undefined) return undefined;
  await chooseSetting(engine, 'head', item.head, scope);
  const name = headName(item.head);
  offerRetraining(vscode.l10n.t('The next retraining uses the head {name}.', { name }), scope);
  return item.head;
}

function detailOf(kind: HeadKind): string {
  switch (kind) {
    case 'softmax':
      return vscode.l10n.t('Under an optimizer of your choice: L-BFGS, or that of retrain.py');
    case 'ridge':
      return vscode.l10n.t(
        'The most accurate on most datasets; its penalty is chosen by exact leave-one-out',
      );
    case 'hidden':
      return vscode.l10n.t('One layer more, trained in batches until validation gets no better');
    case 'neighbours':
      return vscode.l10n.t('The most alike training photos vote; their values are kept in the run');
    case 'centroid':
      return vscode.l10n.t('The class whose mean is nearest; the simplest, for a few photos of each class');
  }
}
