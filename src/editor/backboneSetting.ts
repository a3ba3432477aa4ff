import * as vscode from 'vscode';
import type { Connection } from '../protocol';
import type { EngineClient } from './engineClient';
import { chooseSetting } from './settingChoice';

/** The setting `retrain.backbone` for a dataset, or for the workspace: `auto` or the id of a backbone. */
export function chosenBackbone(scope: vscode.Uri | undefined): string {
  return vscode.workspace.getConfiguration('retrain', scope).get<string>('backbone', 'auto');
}

/**
 * Sets it for a dataset, or for the workspace. False where the dataset's retrain.json, which is stronger, names another:
 * the person is told, and has the way to that file.
 */
export async function useBackbone(
  engine: EngineClient,
  id: string,
  scope: vscode.Uri | undefined,
): Promise<boolean> {
  const stronger = vscode.l10n.t(
    'retrain.json names the backbone of this dataset, and is stronger: change it there.',
  );
  return await chooseSetting(
    engine,
    { name: 'backbone', value: id, decidedBy: ['backbone'], stronger },
    scope,
  );
}

/** How the editor reaches servers; the engine looks into the environment itself. */
export function connection(): Connection {
  const http = vscode.workspace.getConfiguration('http');
  const proxy = http.get<string>('proxy', '').trim();
  const off = http.get<string>('proxySupport') === 'off';
  const noProxy = http.get<unknown>('noProxy');
  return {
    proxy: proxy === '' || off ? null : proxy,
    // A settings file may hold anything.
    noProxy: Array.isArray(noProxy) ? noProxy.filter((entry) => typeof entry === 'string') : [],
    strictSsl: http.get<boolean>('proxyStrictSSL', true),
  };
}
