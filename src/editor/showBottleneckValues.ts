import * as vscode from 'vscode';
import type { BottleneckEditors } from './bottleneckEditor';
import type { EngineClient } from './engineClient';
import { registerCommand } from './failures';
import { chosenImages, pickImages } from './images';
import { settingsChoice } from './settings';

/** Show Bottleneck Values: opens the row of an image, which is computed first if need be. */
export function registerShowBottleneckValues(
  engine: EngineClient,
  editors: BottleneckEditors,
  log: vscode.LogOutputChannel,
): vscode.Disposable {
  return registerCommand('retrain.showBottleneckValues', log, async (clicked?: vscode.Uri) => {
    const [image] = await chosenOrPicked(clicked);
    if (image === undefined) return undefined;
    const location = await vscode.window.withProgress(
      {
        location: vscode.ProgressLocation.Notification,
        title: vscode.l10n.t('Looking up bottleneck values'),
        cancellable: true,
      },
      (_progress, token) => {
        return engine.run('locateBottleneck', { image, ...settingsChoice(image) }, { token });
      },
    );
    await editors.open(location.file, location.row);
    return location;
  });
}

async function chosenOrPicked(clicked: vscode.Uri | undefined): Promise<string[]> {
  const chosen = chosenImages(clicked, undefined);
  return chosen.length > 0 ? chosen : pickImages(false);
}
