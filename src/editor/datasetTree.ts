import * as vscode from 'vscode';
import { workspaceDatasets } from './datasets';
import type { EngineClient } from './engineClient';
import { Throttle } from './throttle';

/** Milliseconds between two refreshes, however much changes on disk. */
const interval = 1000;

/** Has a tree read its nodes anew. */
export class TreeRefresh {
  readonly #changed = new vscode.EventEmitter<undefined>();
  readonly #throttle = new Throttle(interval, () => this.#changed.fire(undefined));
  readonly onDidChangeTreeData = this.#changed.event;

  request(): void {
    this.#throttle.request();
  }

  now(): void {
    this.#throttle.flush();
  }

  /** `changed` hears of files of the workspace that `pattern` names, and of its folders. */
  watch(pattern: string, changed: () => void): vscode.Disposable {
    const watcher = vscode.workspace.createFileSystemWatcher(pattern);
    return vscode.Disposable.from(
      watcher,
      watcher.onDidCreate(changed),
      watcher.onDidChange(changed),
      watcher.onDidDelete(changed),
      vscode.workspace.onDidChangeWorkspaceFolders(changed),
    );
  }

  dispose(): void {
    this.#throttle.dispose();
    this.#changed.dispose();
  }
}

/**
 * The first nodes of a tree: the datasets of the workspace, or what is in the only one; none while that cannot be read.
 * @param read the node of a dataset; undefined where there is nothing to show of it
 */
export async function rootNodes<Node, Dataset extends Node & object>(
  engine: EngineClient,
  log: vscode.LogOutputChannel,
  read: (root: string) => Promise<Dataset | undefined>,
  childrenOf: (dataset: Dataset) => Node[],
): Promise<Node[]> {
  try {
    const datasets = await Promise.all((await workspaceDatasets(engine)).map(read));
    const filled = datasets.filter((dataset) => dataset !== undefined);
    const [first, ...others] = filled;
    return first && others.length === 0 ? childrenOf(first) : filled;
  } catch (error) {
    log.warn(String(error));
    return [];
  }
}
