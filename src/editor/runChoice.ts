import path from 'node:path';
import * as vscode from 'vscode';
import { workspaceDatasets, subjectOf } from './datasets';
import type { EngineClient } from './engineClient';
import { registerCommand } from './failures';
import { listText } from './plainText';

const pinnedKey = 'retrain.pinnedRun';

export type RunAnswer =
  | { readonly kind: 'chosen'; readonly run: string }
  /** There is no run to choose. */
  | { readonly kind: 'none' }
  /** The person was asked and did not answer. */
  | { readonly kind: 'dismissed' };

/** A run that the person may choose, named by its dataset. */
interface RunItem extends vscode.QuickPickItem {
  readonly run: string;
}

/** Which run answers: the workspace's pinned one and the choice among all. */
export class RunChoice {
  constructor(
    private readonly engine: EngineClient,
    private readonly memory: vscode.Memento,
  ) {}

  register(log: vscode.LogOutputChannel): vscode.Disposable {
    return registerCommand('retrain.pinRun', log, () => this.pin());
  }

  /**
   * The run that answers for `image`: the newest of the nearest dataset above it, else the one
   * pinned for the workspace, else the one the person chooses.
   */
  async forImage(image: string): Promise<RunAnswer> {
    const { run } = await this.engine.run('findRun', { path: image });
    if (run !== null) return { kind: 'chosen', run };
    const pinned = await this.#pinned();
    if (pinned !== undefined) return { kind: 'chosen', run: pinned };
    const items = await this.#items();
    if (items.length === 0) return { kind: 'none' };
    const item = await this.#ask(items);
    return item ? { kind: 'chosen', run: item.run } : { kind: 'dismissed' };
  }

  /** Asks which run answers for images outside of all datasets; its folder, null when there is none any more. */
  async pin(): Promise<string | null | undefined> {
    const pinned = await this.#pinned();
    const items = await this.#items();
    const none = { label: vscode.l10n.t('None: ask each time'), run: null };
    const item = await vscode.window.showQuickPick(
      [
        ...items.map((candidate) => ({
          ...candidate,
          detail: candidate.run === pinned ? vscode.l10n.t('pinned now') : '',
        })),
        none,
      ],
      {
        title: vscode.l10n.t('Choose the run that classifies images outside of all datasets'),
        matchOnDescription: true,
      },
    );
    if (item) await this.memory.update(pinnedKey, item.run ?? undefined);
    return item?.run;
  }

  /** The pinned run, if it is still there. */
  async #pinned(): Promise<string | undefined> {
    const pinned = this.memory.get<string>(pinnedKey);
    if (pinned === undefined) return undefined;
    const there = await vscode.workspace.fs.stat(vscode.Uri.file(pinned)).then(
      () => true,
      () => false,
    );
    return there ? pinned : undefined;
  }

  async #ask(items: readonly RunItem[]): Promise<RunItem | undefined> {
    return vscode.window.showQuickPick(items, {
      title: vscode.l10n.t('Choose the run that answers'),
      placeHolder: vscode.l10n.t('This image belongs to no dataset with a run'),
      matchOnDescription: true,
    });
  }

  /** All runs of the workspace's datasets, the newest of each first. */
  async #items(): Promise<RunItem[]> {
    const datasets = await workspaceDatasets(this.engine);
    const lists = await Promise.all(
      datasets.map(async (root) => {
        const { runs } = await this.engine.run('listRuns', { folder: root });
        const { shownPath } = subjectOf(root);
        return runs.map((run) => ({
          label: listText(path.basename(run)),
          description: listText(shownPath),
          run,
        }));
      }),
    );
    return lists.flat();
  }
}
