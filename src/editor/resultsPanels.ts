import * as vscode from 'vscode';
import type { PanelBand } from '../protocol';
import type { DatasetSession } from './datasetSession';
import type { DatasetSessions } from './datasetSessions';
import type { EngineClient } from './engineClient';
import { panelViewType, ResultsPanel, type PanelActions } from './resultsPanel';
import { savedText } from './webviewPage';

/** The panels of this window: one a dataset, and one without a dataset where none was found. */
export class ResultsPanels implements vscode.WebviewPanelSerializer {
  readonly #panels = new Set<ResultsPanel>();

  constructor(
    private readonly extension: vscode.Uri,
    private readonly engine: EngineClient,
    private readonly sessions: DatasetSessions,
    private readonly log: vscode.LogOutputChannel,
    private readonly actions: PanelActions,
  ) {}

  /** Brings the panel of `session` to the front, and a band of it into view; the empty panel becomes it. */
  show(session: DatasetSession, band?: PanelBand): void {
    const own = this.#find(session) ?? this.#find(undefined);
    const panel = own ?? this.#add(ResultsPanel.create(this.#surroundings()));
    if (panel.session !== session) panel.show(session);
    panel.reveal(band);
  }

  showEmpty(): void {
    const panel = this.#find(undefined) ?? this.#add(ResultsPanel.create(this.#surroundings()));
    panel.reveal();
  }

  /** Whether the panel of `session` is the editor that the person has in front of them. */
  isInFront(session: DatasetSession): boolean {
    return this.#find(session)?.active === true;
  }

  /** Restores a panel after a window reload: the run it showed, else its dataset's newest one. */
  async deserializeWebviewPanel(webviewPanel: vscode.WebviewPanel, saved: unknown): Promise<void> {
    const [root, run] = [savedText(saved, 'root'), savedText(saved, 'run')];
    const session = root === null ? undefined : this.sessions.of(root);
    if (session) {
      const shown =
        run === null ? session.showNewest() : session.showRun(run).catch(() => session.showNewest());
      // Without a run the panel says that the retraining was stopped, which it was.
      await shown.catch((error: unknown) => this.log.warn(String(error)));
    }
    const panel = this.#add(new ResultsPanel(webviewPanel, this.#surroundings()));
    if (session) panel.show(session);
  }

  dispose(): void {
    for (const panel of this.#panels) panel.dispose();
  }

  #find(session: DatasetSession | undefined): ResultsPanel | undefined {
    return [...this.#panels].find((panel) => panel.session === session);
  }

  #add(panel: ResultsPanel): ResultsPanel {
    this.#panels.add(panel);
    panel.onDidDispose(() => this.#panels.delete(panel));
    return panel;
  }

  #surroundings() {
    const { extension, engine, log, actions } = this;
    return { extension, engine, log, actions };
  }
}

export function registerPanelSerializer(panels: ResultsPanels): vscode.Disposable {
  return vscode.window.registerWebviewPanelSerializer(panelViewType, panels);
}
