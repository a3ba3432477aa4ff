import * as vscode from 'vscode';
import { RetrainError, toFailure } from '../base';
import { mostRepeats, type FromPanel, type PanelBand, type PanelState, type ToPanel } from '../protocol';
import type { DatasetSession } from './datasetSession';
import type { EngineClient } from './engineClient';
import { tellFailure } from './failures';
import { openImage, reveal, revealImage } from './imageActions';
import { datasetThumbnail } from './thumbnails';
import { ViewPage } from './viewPage';
import { tabIcon, webviewOptions } from './webviewPage';
import { failureText, settingsView, translations, wordedState } from './wording';

export const panelViewType = 'retrain.panel';

/** Pixels on the longer side of the panel's thumbnails: twice what is drawn, for sharp displays. */
const thumbnailSize = 256;

/** What a person can ask for in a panel beyond the panel itself. */
export interface PanelActions {
  /** `session`: the panel's dataset; undefined where none was found. */
  retrain(session: DatasetSession | undefined): Promise<unknown>;
  /** Goes on with the training of a run of the dataset. */
  continueTraining(session: DatasetSession, run: string): Promise<unknown>;
  pickFolder(): Promise<unknown>;
  openSample(): Promise<unknown>;
  /** Classifies with the run the panel shows. */
  classify(run: string | null): Promise<unknown>;
  exportRun(run: string): Promise<unknown>;
}

interface Surroundings {
  readonly extension: vscode.Uri;
  readonly engine: EngineClient;
  readonly log: vscode.LogOutputChannel;
  readonly actions: PanelActions;
}

/** One panel. It keeps no state of its own: what it shows is its session's. */
export class ResultsPanel {
  #session: DatasetSession | undefined;
  #listener: vscode.Disposable | undefined;
  readonly #page: ViewPage;
  #ready = false;
  /** A band to lead to once the page is ready. */
  #wanted: PanelBand | undefined;

  constructor(
    private readonly panel: vscode.WebviewPanel,
    private readonly around: Surroundings,
  ) {
    const { webview } = panel;
    webview.options = webviewOptions(around.extension);
    panel.iconPath = tabIcon(around.extension);
    panel.title = vscode.l10n.t('Retrain');
    webview.onDidReceiveMessage((message: FromPanel) => void this.#receive(message));
    panel.onDidDispose(() => {
      this.#listener?.dispose();
    });
    this.#page = new ViewPage(panel, around.extension, 'panel', around.log);
  }

  static create(around: Surroundings): ResultsPanel {
    const panel = vscode.window.createWebviewPanel(
      panelViewType,
      vscode.l10n.t('Retrain'),
      vscode.ViewColumn.Active,
      webviewOptions(around.extension),
    );
    return new ResultsPanel(panel, around);
  }

  get session(): DatasetSession | undefined {
    return this.#session;
  }

  get active(): boolean {
    return this.panel.active;
  }

  onDidDispose(listener: () => void): void {
    this.panel.onDidDispose(listener);
  }

  show(session: DatasetSession): void {
    this.#listener?.dispose();
    this.#session = session;
    this.#listener = session.onDidChange(() => this.#post());
    this.panel.title = vscode.l10n.t('Retrain: {name}', { name: session.subject.name });
    this.#post();
  }

  /** Brings the panel to the front, and a band of its page into view. */
  reveal(band?: PanelBand): void {
    this.panel.reveal();
    this.#wanted = band;
    this.#post();
  }

  dispose(): void {
    this.panel.dispose();
  }

  #post(): void {
    // A panel that nobody sees has no page to receive it; its page says `ready` again when it is shown.
    if (!this.#ready || !this.#page.visible) return;
    const state: PanelState = this.#session?.state ?? { kind: 'empty' };
    const settings = this.#session ? settingsView(this.#session.settings) : null;
    this.#send({ kind: 'state', state: wordedState(state), settings, words: translations() });
    if (this.#wanted === undefined) return;
    this.#send({ kind: 'show', band: this.#wanted });
    this.#wanted = undefined;
  }

  #send(message: ToPanel): void {
    this.#page.send(message);
  }

  async #receive(message: FromPanel): Promise<void> {
    try {
      await this.#act(message);
    } catch (error) {
      tellFailure(error, this.around.log);
    }
  }

  async #act(message: FromPanel): Promise<unknown> {
    const { actions, log } = this.around;
    const root = this.#session?.subject.root;
    const run = this.#session?.state.kind === 'done' ? this.#session.state.run : undefined;
    switch (message.kind) {
      case 'ready':
        this.#page.ready();
        this.#ready = true;
        return this.#post();
      case 'retrain':
        return actions.retrain(this.#session);
      case 'cancel':
        return this.#session?.cancel();
      case 'stopTraining':
        return this.#session?.stopTraining();
      case 'continueTraining':
        return this.#session && run && actions.continueTraining(this.#session, run.folder);
      case 'editSettings':
        return this.#session?.settings.edit();
      case 'changeSetting':
        return this.#session && this.#changeSetting(this.#session, message);
      case 'pickFolder':
        return actions.pickFolder();
      case 'openSample':
        return actions.openSample();
      case 'classify':
        return actions.classify(run?.folder ?? null);
      case 'exportRun':
        return run && actions.exportRun(run.folder);
      case 'thumbnails':
        return root !== undefined && Promise.all(message.paths.map((path) => this.#thumbnail(root, path)));
      case 'openImage':
        return root !== undefined && openImage(root, message.path);
      case 'revealInExplorer':
        return root !== undefined && revealImage(root, message.path);
      case 'openRun':
        return run && reveal(run.folder);
      case 'learningCurve':
        return this.#session?.learn();
      case 'cancelLearningCurve':
        return this.#session?.cancelLearning();
      case 'compareHeads': {
        const repeats = Math.min(mostRepeats, Math.max(1, Math.round(message.repeats)));
        return this.#session?.compareHeads(message.heads, repeats);
      }
      case 'cancelComparingHeads':
        return this.#session?.cancelComparingHeads();
      case 'useHead':
        return this.#session?.useHead(message.head);
      case 'inspectBottlenecks':
        return vscode.commands.executeCommand('retrain.bottlenecks.focus');
      case 'chooseBackbone':
      case 'chooseHead':
        return vscode.commands.executeCommand(
          `retrain.${message.kind}`,
          ...(root === undefined ? [] : [vscode.Uri.file(root)]),
        );
      case 'showLog':
        return log.show();
    }
  }

  /** What is wrong with a value is said where the person entered it. */
  async #changeSetting(
    session: DatasetSession,
    { name, value }: Extract<FromPanel, { kind: 'changeSetting' }>,
  ): Promise<void> {
    try {
      await session.settings.change({ [name]: value });
    } catch (error) {
      if (!(error instanceof RetrainError)) throw error;
      this.#send({ kind: 'settingRefused', name, message: failureText(toFailure(error)) });
    }
  }

  async #thumbnail(root: string, path: string): Promise<void> {
    const bytes = await datasetThumbnail(this.around.engine, root, path, thumbnailSize);
    // The panel may be about another dataset by now.
    if (this.#session?.subject.root === root) this.#send({ kind: 'thumbnail', path, bytes });
  }
}
