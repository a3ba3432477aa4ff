import * as vscode from 'vscode';
import { DatasetSession } from './datasetSession';
import type { EngineClient } from './engineClient';

/** The sessions of this window, one a dataset. */
export class DatasetSessions {
  readonly #sessions = new Map<string, DatasetSession>();
  readonly #changed = new vscode.EventEmitter<DatasetSession>();

  /** Fires with the session whose state has changed. */
  readonly onDidChange = this.#changed.event;

  readonly #watcher = vscode.workspace.createFileSystemWatcher('**/retrain.json');
  readonly #configured = vscode.workspace.onDidChangeConfiguration((event) => {
    if (event.affectsConfiguration('retrain')) this.#refreshSettings();
  });

  constructor(
    private readonly engine: EngineClient,
    private readonly log: vscode.LogOutputChannel,
  ) {
    for (const event of [this.#watcher.onDidCreate, this.#watcher.onDidChange, this.#watcher.onDidDelete])
      event(() => this.#refreshSettings());
  }

  of(root: string): DatasetSession {
    const known = this.#sessions.get(root);
    if (known) return known;
    const session = new DatasetSession(root, this.engine);
    session.onDidChange(() => this.#changed.fire(session));
    this.#sessions.set(root, session);
    this.#refresh(session);
    return session;
  }

  get all(): readonly DatasetSession[] {
    return [...this.#sessions.values()];
  }

  get retraining(): boolean {
    return [...this.#sessions.values()].some((session) => session.retraining);
  }

  #refreshSettings(): void {
    for (const session of this.#sessions.values()) this.#refresh(session);
  }

  #refresh(session: DatasetSession): void {
    session.settings.refresh().catch((error: unknown) => this.log.warn(String(error)));
  }

  dispose(): void {
    this.#watcher.dispose();
    this.#configured.dispose();
    for (const session of this.#sessions.values()) session.dispose();
    this.#changed.dispose();
  }
}
