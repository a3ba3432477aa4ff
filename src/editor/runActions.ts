import * as vscode from 'vscode';
import type { RunSummary } from '../protocol';
import type { DatasetSessions } from './datasetSessions';
import { subjectOf, workspaceDatasets } from './datasets';
import type { EngineClient } from './engineClient';
import { registerCommand } from './failures';
import { listText, notificationText } from './plainText';
import { restoreSettings } from './restoreSettings';
import { runName, type RunNode, type RunTree } from './runTree';
import { percent } from './wording';

/** What a person can do with runs beyond the tree itself. */
export interface RunViews {
  open(run: string): Promise<unknown>;
  compare(before: string, after: string): Promise<unknown>;
  /** Goes on with the training of a run. */
  goOn(run: string): Promise<unknown>;
}

type Run = Extract<RunNode, { kind: 'run' }>;

/** The commands of the Runs view. Each takes the node it was asked on, and all that are selected. */
export class RunActions {
  constructor(
    private readonly engine: EngineClient,
    private readonly sessions: DatasetSessions,
    private readonly tree: RunTree,
    private readonly views: RunViews,
  ) {}

  register(log: vscode.LogOutputChannel): vscode.Disposable {
    const on = <R>(id: string, action: (run: Run) => Promise<R>) =>
      registerCommand(id, log, async (node?: RunNode) => (node?.kind === 'run' ? action(node) : undefined));
    return vscode.Disposable.from(
      on('retrain.openRun', ({ run }) => this.views.open(run.folder)),
      on('retrain.continueRun', ({ run }) => this.views.goOn(run.folder)),
      on('retrain.renameRun', (node) => this.rename(node)),
      on('retrain.pinRunToTop', (node) => this.#title(node, { pinned: true })),
      on('retrain.unpinRun', (node) => this.#title(node, { pinned: false })),
      on('retrain.restoreRunSettings', (node) => this.restore(node)),
      on('retrain.compareRunWith', (node) => this.compareWith(node)),
      registerCommand('retrain.compareRuns', log, (node?: RunNode, selected?: readonly RunNode[]) =>
        this.compare(selected ?? (node ? [node] : [])),
      ),
      registerCommand('retrain.deleteRun', log, (node?: RunNode, selected?: readonly RunNode[]) =>
        this.remove(selected ?? (node ? [node] : [])),
      ),
    );
  }

  /** Asks for a name; an empty one gives the folder's name back. */
  async rename(node: Run): Promise<void> {
    const { run } = node;
    const title = await vscode.window.showInputBox({
      title: vscode.l10n.t('Rename the run {name}', { name: run.name }),
      prompt: vscode.l10n.t('Leave it empty to go by the name of the folder.'),
      value: run.title ?? '',
      placeHolder: run.name,
    });
    if (title !== undefined) await this.#title(node, { title });
  }

  /** Holds the two runs among `nodes` against each other, the older one first. */
  async compare(nodes: readonly RunNode[]): Promise<void> {
    const runs = nodes.flatMap((node) => (node.kind === 'run' ? [node.run] : []));
    const [first, second, ...others] = runs.sort((a, b) => Date.parse(a.created) - Date.parse(b.created));
    if (first && second && others.length === 0) await this.views.compare(first.folder, second.folder);
    else void vscode.window.showInformationMessage(vscode.l10n.t('Select two runs to compare them.'));
  }

  /** Asks which run the given one is compared with. */
  async compareWith(node: Run): Promise<void> {
    const items = (await this.#others(node.run.folder)).map(({ root, run }) => ({
      label: listText(runName(run)),
      description: listText(
        `${subjectOf(root).shownPath} · ${run.accuracy === null ? '–' : percent(run.accuracy)}`,
      ),
      node: { kind: 'run' as const, root, run },
    }));
    if (items.length === 0) {
      void vscode.window.showInformationMessage(vscode.l10n.t('There is no other run to compare it with.'));
      return;
    }
    const item = await vscode.window.showQuickPick(items, {
      title: vscode.l10n.t('Compare {name} with', { name: runName(node.run) }),
      matchOnDescription: true,
    });
    if (item) await this.compare([node, item.node]);
  }

  /** Moves runs to the trash, after the person has said so; where there is none, asks once more. */
  async remove(nodes: readonly RunNode[]): Promise<void> {
    const folders = nodes.flatMap((node) => {
      if (node.kind === 'dataset') return [];
      const folder = node.kind === 'run' ? node.run.folder : node.folder;
      return [{ root: node.root, folder, name: node.kind === 'run' ? runName(node.run) : folder }];
    });
    const [first, ...others] = folders;
    if (!first) return;
    const move = vscode.l10n.t('Move to Trash');
    const question =
      others.length === 0
        ? vscode.l10n.t('Delete the run {name}?', { name: first.name })
        : vscode.l10n.t('Delete {count} runs?', { count: folders.length });
    const detail = vscode.l10n.t(
      'Its last layer, settings and answers go. Photos, values and other runs stay.',
    );
    if ((await vscode.window.showWarningMessage(question, { modal: true, detail }, move)) !== move) return;
    for (const { root, folder } of folders) {
      if (!(await removeFolder(folder))) break;
      await this.sessions.of(root).forget(folder);
    }
    this.tree.refresh();
  }

  /** Makes the settings of a run those of its dataset: in its retrain.json where it has one, else in the workspace. */
  async restore({ root, run }: Run): Promise<void> {
    const found = await this.sessions.of(root).settings.restore(run.folder);
    const restored = found.kind === 'file' ? found.changed : await restoreSettings(root, found.values);
    const settings = Object.entries(restored)
      .map(([key, value]) => `${key} ${value}`)
      .join(', ');
    const name = runName(run);
    const text =
      settings === ''
        ? vscode.l10n.t('The settings are already those of {name}.', { name })
        : found.kind === 'file'
          ? vscode.l10n.t('Settings of {name} restored in {file}: {settings}.', {
              name,
              file: vscode.workspace.asRelativePath(found.file),
              settings,
            })
          : vscode.l10n.t('Settings of {name} restored: {settings}.', { name, settings });
    void vscode.window.showInformationMessage(notificationText(text));
  }

  async #title({ run }: Run, change: { title: string } | { pinned: boolean }): Promise<void> {
    await this.engine.run('titleRun', { run: run.folder, ...change });
    this.tree.refresh();
  }

  /** All runs of the workspace's datasets but one. */
  async #others(folder: string): Promise<{ root: string; run: RunSummary }[]> {
    const datasets = await workspaceDatasets(this.engine);
    const lists = await Promise.all(
      datasets.map(async (root) => {
        const { runs } = await this.engine.run('summariseRuns', { folder: root });
        return runs.map((run) => ({ root, run }));
      }),
    );
    return lists.flat().filter(({ run }) => run.folder !== folder);
  }
}

/** Moves a folder to the trash, or removes it for good if the person wants that. False: it is still there. */
async function removeFolder(folder: string): Promise<boolean> {
  const uri = vscode.Uri.file(folder);
  try {
    await vscode.workspace.fs.delete(uri, { recursive: true, useTrash: true });
    return true;
  } catch {
    const forGood = vscode.l10n.t('Delete Permanently');
    const question = vscode.l10n.t('{path} cannot be moved to the trash. Delete it permanently?', {
      path: folder,
    });
    if ((await vscode.window.showWarningMessage(question, { modal: true }, forGood)) !== forGood)
      return false;
    await vscode.workspace.fs.delete(uri, { recursive: true, useTrash: false });
    return true;
  }
}
