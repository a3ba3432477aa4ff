import * as vscode from 'vscode';
import type { FlatSettings } from '../protocol';
import { settingsTarget } from './settings';

/**
 * Makes settings those of the folder that holds the dataset at `root`, as far as the extension contributes a setting of
 * that name and type; what already has the value is left alone.
 * @returns the settings that were changed
 */
export async function restoreSettings(root: string, settings: FlatSettings): Promise<FlatSettings> {
  const scope = vscode.Uri.file(root);
  const configuration = vscode.workspace.getConfiguration('retrain', scope);
  const target = settingsTarget(scope);
  const restored: [string, FlatSettings[string]][] = [];
  for (const [key, value] of Object.entries(settings)) {
    const contributed = configuration.inspect(key)?.defaultValue;
    // Null: a setting whose default is no fixed value.
    if (contributed === undefined || (contributed !== null && typeof contributed !== typeof value)) continue;
    if (configuration.get(key) === value) continue;
    await configuration.update(key, value, target);
    restored.push([key, value]);
  }
  return Object.fromEntries(restored);
}
