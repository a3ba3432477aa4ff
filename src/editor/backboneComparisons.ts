import * as vscode from 'vscode';
import { isAbort, toFailure } from '../base';
import type { BackbonesState, FailedBackbone, FromBackbones, JobProgress, PanelSubject } from '../protocol';
import { chooseDataset, subjectOf } from './datasets';
import type { EngineClient } from './engineClient';
import { tellFailure } from './failures';
import { listText } from './plainText';
import { chooseSetting, heldSetting } from './settingChoice';
import { settingsChoice } from './settings';
import { Throttle } from './throttle';
import { ViewPage } from './viewPage';
import { tabIcon, webviewOptions } from './webviewPage';
import { count, failureText, translations } from './wording';

const viewType = 'retrain.backbones';
const folds = 5;
/** Milliseconds between two states of a page while the work goes on. */
const interval = 100;

/** Compare Backbones: asks for a dataset and backbones, and shows what comes of it on a page, one a dataset. */
export class BackboneComparisons {
  readonly #pages = new Map<string, ComparisonPage>();

  constructor(
    private readonly extension: vscode.Uri,
    private readonly engine: EngineClient,
    private readonly log: vscode.LogOutputChannel,
  ) {}

  dispose(): void {
    for (const page of this.#pages.values()) page.dispose();
  }

  /** What the page shows in the end; undefined where the person did not choose. */
  async compare(folder: vscode.Uri | undefined): Promise<BackbonesState | undefined> {
    const choice = await chooseDataset(this.engine, folder);
    if (choice.kind === 'none')
      void vscode.window.showInformationMessage(
        vscode.l10n.t('There is no folder of photos in this workspace.'),
      );
    if (choice.kind !== 'chosen') return undefined;
    const subject = subjectOf(choice.root);
    const ids = await this.#ask(subject);
    return ids && this.#pageOf(subject).compare(ids);
  }

  /** The page of a dataset, for as long as it is open. */
  pageOf(root: string): ComparisonPage | undefined {
    return this.#pages.get(root);
  }

  async #ask({ name }: PanelSubject): Promise<string[] | undefined> {
    const { backbones } = await this.engine.run('listBackbones', {});
    const items = backbones
      .filter(({ origin }) => origin !== 'catalogue')
      .map(({ id, name: called, dimension }) => ({
        label: listText(called),
        description: `${id} · ${vscode.l10n.t('{count} values', { count: count(dimension) })}`,
        picked: true,
        id,
      }));
    const chosen = await vscode.window.showQuickPick(items, {
      title: vscode.l10n.t('Compare backbones on {name}', { name }),
      placeHolder: vscode.l10n.t(
        'Values that are not cached yet are computed; Choose Backbone downloads others',
      ),
      canPickMany: true,
    });
    return chosen && chosen.length > 0 ? chosen.map(({ id }) => id) : undefined;
  }

  #pageOf(subject: PanelSubject): ComparisonPage {
    const shown = this.#pages.get(subject.root);
    if (shown) {
      shown.reveal();
      return shown;
    }
    const { extension, engine, log } = this;
    const page = new ComparisonPage(subject, { extension, engine, log });
    this.#pages.set(subject.root, page);
    page.onDidDispose(() => this.#pages.delete(subject.root));
    return page;
  }
}

interface Surroundings {
  readonly extension: vscode.Uri;
  readonly engine: EngineClient;
  readonly log: vscode.LogOutputChannel;
}

/** One page. Closing it cancels what it shows. */
class ComparisonPage {
  readonly #panel: vscode.WebviewPanel;
  readonly #page: ViewPage;
  readonly #throttle = new Throttle(interval, () => this.#post());
  #state: BackbonesState;
  #ids: readonly string[] = [];
  #current: vscode.CancellationTokenSource | undefined;
  #ready = false;

  constructor(
    subject: PanelSubject,
    private readonly around: Surroundings,
  ) {
    this.#state = { subject, head: null, compared: [], failed: [], chosen: '', work: { kind: 'cancelled' } };
    const title = vscode.l10n.t('Backbones: {name}', { name: subject.name });
    const panel = vscode.window.createWebviewPanel(
      viewType,
      title,
      vscode.ViewColumn.Active,
      webviewOptions(around.extension),
    );
    panel.iconPath = tabIcon(around.extension);
    panel.webview.onDidReceiveMessage((message: FromBackbones) => void this.#receive(message));
    panel.onDidDispose(() => {
      this.#current?.cancel();
      // Nothing more is shown.
      this.#current = undefined;
      this.#throttle.dispose();
    });
    this.#panel = panel;
    this.#page = new ViewPage(panel, around.extension, 'backbones', around.log);
  }

  onDidDispose(listener: () => void): void {
    this.#panel.onDidDispose(listener);
  }

  reveal(): void {
    this.#panel.reveal();
  }

  dispose(): void {
    this.#panel.dispose();
  }

  cancel(): void {
    if (this.#state.work.kind !== 'running') return;
    this.#current?.cancel();
    this.#set({ work: { ...this.#state.work, cancelling: true } });
  }

  /** Compares these; what was under way is cancelled. */
  async compare(ids: readonly string[]): Promise<BackbonesState> {
    this.#current?.cancel();
    const cancellation = new vscode.CancellationTokenSource();
    this.#current = cancellation;
    this.#ids = ids;
    const isCurrent = () => this.#current === cancellation;
    const nothing = { id: null, index: 0, of: ids.length, done: 0, images: 0, cancelling: false };
    const begin = () =>
      this.#set({ head: null, compared: [], failed: [], work: { kind: 'running', ...nothing } });
    begin();
    const { root } = this.#state.subject;
    const choice = settingsChoice(root);
    try {
      const chosen = await this.#chosen();
      if (isCurrent()) this.#set({ chosen });
      const { head, compared, failed } = await this.around.engine.run(
        'compareBackbones',
        { ...choice, folder: root, ids, folds },
        {
          token: cancellation.token,
          restarted: () => isCurrent() && begin(),
          progress: (progress) => isCurrent() && this.#advance(progress),
        },
      );
      if (isCurrent())
        this.#set({ head, compared, failed: failed.map(failedRow), work: { kind: 'done', folds } });
    } catch (error) {
      const work = isAbort(error)
        ? ({ kind: 'cancelled' } as const)
        : ({ kind: 'failed', message: failureText(toFailure(error)) } as const);
      if (isCurrent()) this.#set({ work });
    } finally {
      cancellation.dispose();
    }
    return this.#state;
  }

  #advance(progress: JobProgress<'compareBackbones'>): void {
    const { work, compared, failed } = this.#state;
    if (work.kind !== 'running') return;
    switch (progress.kind) {
      case 'comparing': {
        const { id, index, of, head } = progress;
        return this.#set({ head, work: { ...work, id, index, of, done: 0, images: 0 } });
      }
      case 'bottlenecks':
        this.#state = { ...this.#state, work: { ...work, done: progress.done, images: progress.of } };
        return this.#throttle.request();
      case 'compared':
        return this.#set({ compared: [...compared, progress.compared] });
      case 'notCompared':
        return this.#set({ failed: [...failed, failedRow(progress.failed)] });
      default:
        return undefined;
    }
  }

  /** The backbone of the settings. */
  async #chosen(): Promise<string> {
    const { engine } = this.around;
    return String(await heldSetting(engine, 'backbone', vscode.Uri.file(this.#state.subject.root)));
  }

  #set(change: Partial<Omit<BackbonesState, 'subject'>>): void {
    this.#state = { ...this.#state, ...change };
    this.#throttle.flush();
  }

  #post(): void {
    // A page that nobody sees says `ready` again when it is shown.
    if (!this.#ready || !this.#page.visible) return;
    this.#page.send({ kind: 'state', state: this.#state, words: translations() });
  }

  async #receive(message: FromBackbones): Promise<void> {
    try {
      await this.#act(message);
    } catch (error) {
      tellFailure(error, this.around.log);
    }
  }

  async #act(message: FromBackbones): Promise<unknown> {
    switch (message.kind) {
      case 'ready':
        this.#page.ready();
        this.#ready = true;
        return this.#post();
      case 'cancel':
        return this.cancel();
      case 'again':
        return this.compare(this.#ids);
      case 'use': {
        const { compared, subject } = this.#state;
        // A page asks for nothing that it was not shown.
        if (!compared.some(({ backbone }) => backbone.id === message.id)) return undefined;
        await chooseSetting(this.around.engine, 'backbone', message.id, vscode.Uri.file(subject.root));
        return this.#set({ chosen: await this.#chosen() });
      }
    }
  }
}

function failedRow({ id, failure }: FailedBackbone): BackbonesState['failed'][number] {
  return { id, message: failureText(failure) };
}
