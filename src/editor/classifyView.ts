import path from 'node:path';
import * as vscode from 'vscode';
import type {
  Answer,
  ClassifyItem,
  ClassifyState,
  FromClassify,
  RefitView,
  RunFacts,
  RunningView,
  ToClassify,
} from '../protocol';
import type { EngineClient } from './engineClient';
import { tellFailure } from './failures';
import { Throttle } from './throttle';
import { thumbnail } from './thumbnails';
import { ViewPage } from './viewPage';
import { tabIcon, webviewOptions } from './webviewPage';
import { translations, wordedAnswer } from './wording';

const viewType = 'retrain.classify';

/** Pixels on the longer side: one picture may fill the view. */
const thumbnailSize = 512;

/** Milliseconds between two pictures of what goes on. */
const interval = 100;

/** What a person can ask for in the answer view. */
export interface ClassifyActions {
  openRun(run: RunFacts): Promise<unknown>;
  /** Asks for other images and classifies them with `run`. */
  classify(run: string | null): Promise<unknown>;
  cancel(): void;
}

/** The one view of this window that shows what Classify Image answered. */
export class ClassifyView {
  #panel: vscode.WebviewPanel | undefined;
  #page: ViewPage | undefined;
  #ready = false;
  #state: ClassifyState = { kind: 'answers', run: null, items: [] };
  readonly #throttle = new Throttle(interval, () => this.#post());

  constructor(
    private readonly extension: vscode.Uri,
    private readonly engine: EngineClient,
    private readonly log: vscode.LogOutputChannel,
    private readonly actions: ClassifyActions,
  ) {}

  get state(): ClassifyState {
    return this.#state;
  }

  /** Shows the images, not yet answered, and brings the view to the front. */
  begin(paths: readonly string[]): void {
    this.#set({ kind: 'answers', run: null, items: paths.map((file) => itemOf(file)) });
    if (this.#panel) this.#panel.reveal(undefined, true);
    else this.#panel = this.#create();
  }

  /** Shows how far the refit is that comes before the answers. */
  refit(refit: RefitView, running: RunningView, cancelling: boolean): void {
    if (this.#state.kind === 'failed') return;
    const { kind, items } = this.#state;
    this.#state = { kind: 'refitting', refit, running, cancelling, items };
    if (kind === 'refitting') this.#throttle.request();
    else this.#throttle.flush();
  }

  /** Fills in what has been answered. */
  answer(run: RunFacts, answers: readonly Answer[]): void {
    if (this.#state.kind === 'failed') return;
    const byPath = new Map(answers.map((answer) => [answer.path, wordedAnswer(answer)]));
    const items = this.#state.items.map((item) => ({
      ...item,
      answer: byPath.get(item.path) ?? item.answer,
    }));
    this.#state = { kind: 'answers', run, items };
    this.#throttle.request();
  }

  fail(message: string): void {
    this.#set({ kind: 'failed', message });
  }

  dispose(): void {
    this.#throttle.dispose();
    this.#panel?.dispose();
  }

  #create(): vscode.WebviewPanel {
    const panel = vscode.window.createWebviewPanel(
      viewType,
      vscode.l10n.t('Classify Image'),
      { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true },
      webviewOptions(this.extension),
    );
    panel.iconPath = tabIcon(this.extension);
    panel.webview.onDidReceiveMessage((message: FromClassify) => void this.#receive(message));
    panel.onDidDispose(() => {
      this.#panel = undefined;
      this.#ready = false;
    });
    this.#page = new ViewPage(panel, this.extension, 'classify', this.log);
    return panel;
  }

  #set(state: ClassifyState): void {
    this.#state = state;
    this.#throttle.flush();
  }

  #post(): void {
    if (this.#ready) this.#send({ kind: 'state', state: this.#state, words: translations() });
  }

  #send(message: ToClassify): void {
    this.#page?.send(message);
  }

  async #receive(message: FromClassify): Promise<void> {
    try {
      await this.#act(message);
    } catch (error) {
      tellFailure(error, this.log);
    }
  }

  async #act(message: FromClassify): Promise<unknown> {
    const run = this.#state.kind === 'answers' ? this.#state.run : null;
    switch (message.kind) {
      case 'ready':
        this.#page?.ready();
        this.#ready = true;
        return this.#post();
      case 'thumbnails':
        return Promise.all(message.paths.map((file) => this.#thumbnail(file)));
      case 'openImage':
        return (
          this.#shows(message.path) &&
          vscode.commands.executeCommand('vscode.open', vscode.Uri.file(message.path))
        );
      case 'openRun':
        return run && this.actions.openRun(run);
      case 'classify':
        return this.actions.classify(run?.folder ?? null);
      case 'cancel':
        return this.actions.cancel();
    }
  }

  async #thumbnail(file: string): Promise<void> {
    const bytes = this.#shows(file) ? await thumbnail(this.engine, file, thumbnailSize) : null;
    this.#send({ kind: 'thumbnail', path: file, bytes });
  }

  /** The page may only ask about what the person has chosen. */
  #shows(file: string): boolean {
    return this.#state.kind !== 'failed' && this.#state.items.some((item) => item.path === file);
  }
}

function itemOf(file: string): ClassifyItem {
  const folder = path.dirname(file);
  return {
    path: file,
    name: path.basename(file),
    folder: vscode.workspace.asRelativePath(vscode.Uri.file(folder)),
    answer: null,
  };
}
