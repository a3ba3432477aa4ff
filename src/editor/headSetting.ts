import * as vscode from 'vscode';
import type { HeadKind, SettingName, SettingsFacts } from '../protocol';
import type { EngineClient } from './engineClient';
import { chooseSetting } from './settingChoice';
import { retrainSettings } from './settings';

/** An optimizer that is named where no head is means a softmax regression. */
const decidedBy: readonly SettingName[] = ['head', 'optimizer'];

/** The setting `retrain.head` of a dataset; null where its retrain.json, `facts`, decides it or is damaged. */
export function chosenHead(scope: vscode.Uri, facts: SettingsFacts | null): HeadKind | null {
  const decides =
    facts !== null && (facts.kind === 'damaged' || decidedBy.some((name) => facts.names.includes(name)));
  return decides ? null : retrainSettings(scope).head.kind;
}

/** Sets it; false where the dataset's retrain.json is stronger, which the person is told. */
export function useHead(
  engine: EngineClient,
  head: HeadKind,
  scope: vscode.Uri | undefined,
): Promise<boolean> {
  const stronger = vscode.l10n.t(
    'retrain.json decides the head of this dataset, and is stronger: change it there.',
  );
  return chooseSetting(engine, { name: 'head', value: head, decidedBy, stronger }, scope);
}
