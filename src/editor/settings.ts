import * as vscode from 'vscode';
import type { RetrainSettings } from '../protocol';

/** The settings for what lies at `scope`; their defaults stand in package.json alone. */
export function retrainSettings(scope: vscode.Uri | undefined): RetrainSettings {
  const settings = vscode.workspace.getConfiguration('retrain', scope);
  return {
    backbone: settings.get<string>('backbone', ''),
    runtime: settings.get<string>('runtime', ''),
    seed: settings.get<number>('seed', 0),
    validationPercentage: settings.get<number>('validationPercentage', 0),
    testingPercentage: settings.get<number>('testingPercentage', 0),
  };
}

/** Null: not set, the engine's default then. */
export function cacheDirectory(): string | null {
  const directory = vscode.workspace.getConfiguration('retrain').get<string>('cacheDirectory', '').trim();
  return directory === '' ? null : directory;
}
