import * as vscode from 'vscode';
import type { RunSetting } from '../protocol';

/** What executes a network is this machine's affair, and no part of what a run came to. */
const notRestored: ReadonlySet<string> = new Set(['runtime']);

/** What a run without distortions had of them: none, each setting as it comes. */
const distortions = ['flipLeftRight', 'randomCrop', 'randomScale', 'randomBrightness'];
/** What their names begin with in a run's settings. */
const below = 'distortions.';

/**
 * Makes the settings of a run those of the folder that holds its dataset, as far as the extension contributes a
 * setting of that name and type; what already has the value is left alone.
 * @returns the settings that were changed, as `name value`
 */
export async function restoreSettings(root: string, settings: readonly RunSetting[]): Promise<string[]> {
  const scope = vscode.Uri.file(root);
  const configuration = vscode.workspace.getConfiguration('retrain', scope);
  const several = (vscode.workspace.workspaceFolders?.length ?? 0) > 1;
  const target =
    several && vscode.workspace.getWorkspaceFolder(scope)
      ? vscode.ConfigurationTarget.WorkspaceFolder
      : vscode.ConfigurationTarget.Workspace;
  const restored: string[] = [];
  const distorted = settings.some(({ key }) => key.startsWith(below));
  const none = distorted ? [] : distortions.map((key) => ({ key, value: defaultOf(configuration, key) }));
  for (const { key: name, value } of [...settings, ...none]) {
    const key = name.startsWith(below) ? name.slice(below.length) : name;
    const contributed = defaultOf(configuration, key);
    if (notRestored.has(key) || value === null || typeof contributed !== typeof value) continue;
    if (configuration.get(key) === value) continue;
    await configuration.update(key, value, target);
    restored.push(`${key} ${String(value)}`);
  }
  return restored;
}

function defaultOf(configuration: vscode.WorkspaceConfiguration, key: string): RunSetting['value'] {
  const { defaultValue } = configuration.inspect<RunSetting['value']>(key) ?? {};
  return defaultValue ?? null;
}
