import * as vscode from 'vscode';
import { ComparisonPanels } from './comparisonPanels';
import type { DatasetSessions } from './datasetSessions';
import type { EngineClient } from './engineClient';
import { RunActions, type RunViews } from './runActions';
import { RunTree } from './runTree';

/** The Runs view, what can be done with runs, and the pages that compare them. */
export class Runs {
  readonly tree: RunTree;
  readonly comparisons: ComparisonPanels;
  readonly #actions: RunActions;

  /** @param panel shows a run in the panel of its dataset, or goes on with its training there */
  constructor(
    extension: vscode.Uri,
    engine: EngineClient,
    sessions: DatasetSessions,
    log: vscode.LogOutputChannel,
    panel: Pick<RunViews, 'open' | 'goOn'>,
  ) {
    this.tree = new RunTree(engine, sessions, log);
    this.comparisons = new ComparisonPanels(extension, engine, log, panel.open);
    const compare = (before: string, after: string) => this.comparisons.show(before, after);
    this.#actions = new RunActions(engine, sessions, this.tree, { ...panel, compare });
  }

  register(log: vscode.LogOutputChannel): vscode.Disposable {
    return vscode.Disposable.from(
      this.tree.register(),
      this.#actions.register(log),
      this.comparisons.register(),
    );
  }
}
