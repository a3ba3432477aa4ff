import * as vscode from 'vscode';
import type { Notice, RunSummaries, RunSummary } from '../protocol';
import type { DatasetSessions } from './datasetSessions';
import { subjectOf } from './datasets';
import { rootNodes, TreeRefresh } from './datasetTree';
import type { EngineClient } from './engineClient';
import { registerCommand } from './failures';
import { headName } from './headNames';
import { count, failureText, percent } from './wording';

export type RunNode =
  | { readonly kind: 'dataset'; readonly root: string; readonly runs: RunSummaries }
  | { readonly kind: 'run'; readonly root: string; readonly run: RunSummary }
  | {
      readonly kind: 'damaged';
      readonly root: string;
      /** Of the run. */
      readonly folder: string;
      readonly failure: Notice;
    };

type DatasetNode = Extract<RunNode, { kind: 'dataset' }>;

/** The Runs view: the runs of the workspace's datasets, by dataset first where there are several. */
export class RunTree implements vscode.TreeDataProvider<RunNode> {
  readonly #refresh = new TreeRefresh();
  readonly onDidChangeTreeData = this.#refresh.onDidChangeTreeData;

  constructor(
    private readonly engine: EngineClient,
    private readonly sessions: DatasetSessions,
    private readonly log: vscode.LogOutputChannel,
  ) {}

  register(): vscode.Disposable {
    const refresh = () => this.#refresh.request();
    return vscode.Disposable.from(
      vscode.window.createTreeView('retrain.runs', {
        treeDataProvider: this,
        showCollapseAll: true,
        canSelectMany: true,
      }),
      registerCommand('retrain.refreshRuns', this.log, () => this.refresh()),
      this.#refresh.watch('**/.retrain/runs/**', refresh),
      // A run may lie outside of the workspace: what the window itself does is told apart.
      this.sessions.onDidChange((session) => {
        if (!session.retraining) refresh();
      }),
      this.#refresh,
    );
  }

  refresh(): void {
    this.#refresh.now();
  }

  async getChildren(node?: RunNode): Promise<RunNode[]> {
    if (node === undefined) return this.#roots();
    return node.kind === 'dataset' ? runNodes(node) : [];
  }

  getTreeItem(node: RunNode): vscode.TreeItem {
    switch (node.kind) {
      case 'dataset':
        return datasetItem(node.root, node.runs);
      case 'run':
        return runItem(node);
      case 'damaged':
        return damagedItem(node.folder, node.failure);
    }
  }

  #roots(): Promise<RunNode[]> {
    const read = async (root: string): Promise<DatasetNode | undefined> => {
      const runs = await this.engine.run('summariseRuns', { folder: root });
      return runs.runs.length + runs.damaged.length > 0 ? { kind: 'dataset', root, runs } : undefined;
    };
    return rootNodes(this.engine, this.log, read, runNodes);
  }
}

function runNodes({ root, runs: { runs, damaged } }: DatasetNode): RunNode[] {
  return [
    ...runs.map((run) => ({ kind: 'run' as const, root, run })),
    ...damaged.map((one) => ({ kind: 'damaged' as const, root, ...one })),
  ];
}

/** What a run is called to the person. */
export function runName({ title, name }: Pick<RunSummary, 'title' | 'name'>): string {
  return title ?? name;
}

function datasetItem(root: string, { runs }: RunSummaries): vscode.TreeItem {
  const { name, shownPath } = subjectOf(root);
  const item = new vscode.TreeItem(name, vscode.TreeItemCollapsibleState.Expanded);
  item.description = `${shownPath} · ${count(runs.length)}`;
  item.iconPath = new vscode.ThemeIcon('folder-library');
  item.id = root;
  item.contextValue = 'dataset';
  return item;
}

function runItem(node: Extract<RunNode, { kind: 'run' }>): vscode.TreeItem {
  const { run } = node;
  const item = new vscode.TreeItem(runName(run));
  const accuracy = run.accuracy === null ? vscode.l10n.t('not tested') : percent(run.accuracy);
  const images = vscode.l10n.t('{count} images', { count: count(run.images) });
  const { leaveOneOut } = run;
  const scores = leaveOneOut
    ? vscode.l10n.t('{percent}, leave-one-out {leaveOneOut}', {
        percent: accuracy,
        leaveOneOut: percent(leaveOneOut.accuracy),
      })
    : accuracy;
  item.description = [scores, dateText(run.created, 'short'), images].join(' · ');
  item.tooltip = tooltipOf(run, accuracy, images);
  item.iconPath = new vscode.ThemeIcon(run.pinned ? 'pinned' : run.refitOf ? 'references' : 'pulse');
  item.id = run.folder;
  item.contextValue = ['run', run.pinned && 'pinned', run.continuable && 'continuable']
    .filter(Boolean)
    .join('.');
  item.command = { command: 'retrain.openRun', title: vscode.l10n.t('Open Run'), arguments: [node] };
  return item;
}

function tooltipOf(run: RunSummary, accuracy: string, images: string): string {
  const tested =
    run.accuracy === null
      ? accuracy
      : vscode.l10n.t('{percent} of {count} testing images named rightly', {
          percent: accuracy,
          count: count(run.testingImages),
        });
  const lines = [
    runName(run),
    tested,
    ...leaveOneOutLines(run),
    `${images} · ${count(run.classes)} ${vscode.l10n.t('classes')}`,
  ];
  lines.push(`${headName(run.head)} · ${run.backbone}`, dateText(run.created, 'medium'), run.folder);
  if (run.refitOf) lines.push(vscode.l10n.t('Stands in for the run {name}', { name: run.refitOf.run }));
  return lines.join('\n');
}

function leaveOneOutLines({ leaveOneOut, head }: RunSummary): string[] {
  if (leaveOneOut === null) return [];
  const params = { percent: percent(leaveOneOut.accuracy), count: count(leaveOneOut.n) };
  return [
    head === 'ridge'
      ? vscode.l10n.t('Leave-one-out: {percent} of all {count} images named rightly', params)
      : vscode.l10n.t('Leave-one-out, by ridge heads: {percent} of all {count} images named rightly', params),
  ];
}

function damagedItem(folder: string, failure: Notice): vscode.TreeItem {
  const item = new vscode.TreeItem(
    folder.slice(Math.max(folder.lastIndexOf('/'), folder.lastIndexOf('\\')) + 1),
  );
  item.description = vscode.l10n.t('damaged');
  item.tooltip = failureText(failure);
  item.iconPath = new vscode.ThemeIcon('warning');
  item.id = folder;
  item.contextValue = 'damaged';
  return item;
}

function dateText(created: string, timeStyle: 'short' | 'medium'): string {
  return new Intl.DateTimeFormat(vscode.env.language, { dateStyle: 'medium', timeStyle }).format(
    new Date(created),
  );
}
