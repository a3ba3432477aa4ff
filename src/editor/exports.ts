import path from 'node:path';
import * as vscode from 'vscode';
import type { ExportResult, RunView, TrainingOutputs } from '../protocol';
import { askFolder } from './askFolder';
import type { EngineClient } from './engineClient';
import { registerCommand } from './failures';
import { canReveal, reveal } from './imageActions';
import { listText, notificationText } from './plainText';
import { progressNotification } from './progressNotification';
import type { RunNode } from './runTree';
import { settingsChoice } from './settings';

/** One thing that can be written of a run. */
interface ExportItem extends vscode.QuickPickItem {
  /** Into the folder of the export. */
  readonly write: (to: string, token: vscode.CancellationToken) => Promise<unknown>;
}

/** Export Run…: its last layer, labels, curves and report, and its dataset's bottleneck values, as files for other tools. */
export class Exports {
  constructor(private readonly engine: EngineClient) {}

  register(log: vscode.LogOutputChannel): vscode.Disposable {
    return registerCommand('retrain.exportRun', log, (node?: RunNode) =>
      node?.kind === 'run' ? this.run(node.run.folder) : undefined,
    );
  }

  /** Asks what and where to; the folder that was written, undefined where the person chose nothing. */
  async run(folder: string): Promise<string | undefined> {
    const run = await this.engine.run('readRun', { run: folder });
    const items = await vscode.window.showQuickPick(this.#items(run), {
      title: vscode.l10n.t('Export of the run {name}', { name: run.name }),
      placeHolder: vscode.l10n.t('What is written'),
      canPickMany: true,
    });
    if (items === undefined || items.length === 0) return undefined;
    const into = await askFolder(vscode.l10n.t('Choose a folder for the export'), vscode.l10n.t('Export'));
    if (into === undefined) return undefined;
    const to = path.join(into.fsPath, `${run.dataset.name}-${run.name}`);
    const title = vscode.l10n.t('Exporting the run {name}', { name: run.name });
    await vscode.window.withProgress(progressNotification(title), async (notification, token) => {
      for (const { label, write } of items) {
        notification.report({ message: label });
        await write(to, token);
      }
    });
    void tellExported(to);
    return to;
  }

  #items(run: RunView): ExportItem[] {
    const write =
      (outputs: (to: string) => TrainingOutputs) => (to: string, token: vscode.CancellationToken) =>
        this.engine.run('exportRun', { run: run.folder, outputs: outputs(to) }, { token });
    const labels: ExportItem = {
      label: vscode.l10n.t('Labels'),
      description: 'labels.txt',
      picked: true,
      write: write((to) => ({ labelsFile: path.join(to, 'labels.txt') })),
    };
    const head: ExportItem = {
      label: vscode.l10n.t('Last layer'),
      description: vscode.l10n.t('TensorFlow.js layers model on bottleneck values'),
      picked: true,
      write: write((to) => ({ head: { folder: path.join(to, 'head'), outputName: 'final_result' } })),
    };
    const curves: ExportItem = {
      label: vscode.l10n.t('Curves'),
      description: vscode.l10n.t('event files for TensorBoard'),
      write: write((to) => ({ summaries: path.join(to, 'summaries') })),
    };
    const report: ExportItem = {
      label: vscode.l10n.t('Report'),
      description: vscode.l10n.t('JUnit, accuracy and recall of each class'),
      write: write((to) => ({
        junit: { file: path.join(to, 'junit.xml'), asserted: { accuracy: null, recall: null } },
      })),
    };
    const values: ExportItem = {
      label: vscode.l10n.t('Bottleneck values'),
      description: listText(
        vscode.l10n.t("retrain.py's text files, one a photo of {name}", { name: run.dataset.name }),
      ),
      write: (to, token) => this.#values(run, path.join(to, 'bottlenecks'), token),
    };
    return [
      ...(run.training.kind === 'neighbours' ? [] : [head]),
      labels,
      ...('curve' in run.training && run.training.curve.length > 0 ? [curves] : []),
      report,
      values,
    ];
  }

  /** Of the run's own network; what is missing is computed. */
  #values(
    { dataset, backbone }: RunView,
    to: string,
    token: vscode.CancellationToken,
  ): Promise<ExportResult> {
    const params = { folder: dataset.root, to, ...settingsChoice(dataset.root) };
    return this.engine.run('exportBottlenecks', { ...params, options: { backbone: backbone.id } }, { token });
  }
}

async function tellExported(to: string): Promise<void> {
  const show = vscode.l10n.t('Show');
  const text = notificationText(vscode.l10n.t('Exported to {path}.', { path: to }));
  const actions = canReveal(to) ? [show] : [];
  if ((await vscode.window.showInformationMessage(text, ...actions)) === show) await reveal(to);
}
