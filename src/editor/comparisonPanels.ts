import * as vscode from 'vscode';
import { resolveInside, toFailure } from '../base';
import type { ComparisonState, FromComparison, RunComparison, ToComparison } from '../protocol';
import type { EngineClient } from './engineClient';
import { tellFailure } from './failures';
import { datasetThumbnail } from './thumbnails';
import { ViewPage } from './viewPage';
import { savedText, tabIcon, webviewOptions } from './webviewPage';
import { failureText, translations } from './wording';

const comparisonViewType = 'retrain.comparison';
/** Pixels on the longer side of a thumbnail. */
const thumbnailSize = 256;

interface Pair {
  readonly before: string;
  readonly after: string;
}

/** The pages that hold two runs against each other: one a pair. */
export class ComparisonPanels implements vscode.WebviewPanelSerializer {
  readonly #panels = new Set<ComparisonPanel>();

  constructor(
    private readonly extension: vscode.Uri,
    private readonly engine: EngineClient,
    private readonly log: vscode.LogOutputChannel,
    private readonly openRun: (run: string) => Promise<unknown>,
  ) {}

  register(): vscode.Disposable {
    return vscode.Disposable.from(
      vscode.window.registerWebviewPanelSerializer(comparisonViewType, this),
      new vscode.Disposable(() => {
        for (const panel of this.#panels) panel.dispose();
      }),
    );
  }

  /** Shows the comparison of two runs, given by their folders; one that is open comes to the front. */
  async show(before: string, after: string): Promise<ComparisonState> {
    const shown = [...this.#panels].find(
      ({ pair }) =>
        (pair.before === before && pair.after === after) || (pair.before === after && pair.after === before),
    );
    if (shown) {
      shown.reveal();
      return shown.compare({ before, after });
    }
    const panel = vscode.window.createWebviewPanel(
      comparisonViewType,
      vscode.l10n.t('Compare Runs'),
      vscode.ViewColumn.Active,
      webviewOptions(this.extension),
    );
    return this.#add(panel, { before, after });
  }

  /** Restores a page after a window reload. */
  async deserializeWebviewPanel(panel: vscode.WebviewPanel, saved: unknown): Promise<void> {
    const text = (key: string): string => savedText(saved, key) ?? '';
    await this.#add(panel, { before: text('before'), after: text('after') });
  }

  #add(panel: vscode.WebviewPanel, pair: Pair): Promise<ComparisonState> {
    const { extension, engine, log, openRun } = this;
    const made = new ComparisonPanel(panel, { extension, engine, log, openRun }, pair);
    this.#panels.add(made);
    panel.onDidDispose(() => this.#panels.delete(made));
    return made.compare(pair);
  }
}

interface Surroundings {
  readonly extension: vscode.Uri;
  readonly engine: EngineClient;
  readonly log: vscode.LogOutputChannel;
  readonly openRun: (run: string) => Promise<unknown>;
}

class ComparisonPanel {
  #state: ComparisonState = { kind: 'busy' };
  #ready = false;
  readonly #page: ViewPage;

  constructor(
    private readonly panel: vscode.WebviewPanel,
    private readonly around: Surroundings,
    public pair: Pair,
  ) {
    panel.webview.options = webviewOptions(around.extension);
    panel.iconPath = tabIcon(around.extension);
    panel.title = vscode.l10n.t('Compare Runs');
    panel.webview.onDidReceiveMessage((message: FromComparison) => void this.#receive(message));
    this.#page = new ViewPage(panel, around.extension, 'comparison', around.log);
  }

  reveal(): void {
    this.panel.reveal();
  }

  dispose(): void {
    this.panel.dispose();
  }

  async compare(pair: Pair): Promise<ComparisonState> {
    this.pair = pair;
    const state = await this.#answer(pair);
    // Another pair may have been asked for meanwhile.
    if (this.pair === pair) {
      this.#state = state;
      this.#post();
    }
    return state;
  }

  async #answer(pair: Pair): Promise<ComparisonState> {
    try {
      return { kind: 'comparison', comparison: await this.around.engine.run('compareRuns', pair) };
    } catch (error) {
      return { kind: 'failed', message: failureText(toFailure(error)) };
    }
  }

  #post(): void {
    // A page that nobody sees says `ready` again when it is shown.
    if (!this.#ready || !this.#page.visible) return;
    this.#send({ kind: 'state', state: this.#state, words: translations() });
  }

  #send(message: ToComparison): void {
    this.#page.send(message);
  }

  async #receive(message: FromComparison): Promise<void> {
    try {
      await this.#act(message);
    } catch (error) {
      tellFailure(error, this.around.log);
    }
  }

  async #act(message: FromComparison): Promise<unknown> {
    const comparison = this.#state.kind === 'comparison' ? this.#state.comparison : undefined;
    switch (message.kind) {
      case 'ready':
        this.#page.ready();
        this.#ready = true;
        return this.#post();
      case 'swap':
        return this.compare({ before: this.pair.after, after: this.pair.before });
      case 'openRun':
        return this.around.openRun(this.pair[message.of]);
      case 'openImage': {
        const place = comparison && placeOf(comparison, message.path);
        if (!place) return undefined;
        const file = await resolveInside(place.root, place.path);
        return vscode.commands.executeCommand('vscode.open', vscode.Uri.file(file));
      }
      case 'thumbnails':
        return comparison && Promise.all(message.paths.map((path) => this.#thumbnail(comparison, path)));
    }
  }

  async #thumbnail(comparison: RunComparison, path: string): Promise<void> {
    const place = placeOf(comparison, path);
    const bytes = place
      ? await datasetThumbnail(this.around.engine, place.root, place.path, thumbnailSize)
      : null;
    this.#send({ kind: 'thumbnail', path, bytes });
  }
}

/** Where an image of a page is: `after/roses/1.jpg` lies in the dataset of the second run. */
function placeOf({ before, after }: RunComparison, path: string): { root: string; path: string } | undefined {
  const slash = path.indexOf('/');
  const side = path.slice(0, slash);
  const root = side === 'after' ? after.root : side === 'before' ? before.root : undefined;
  return root === undefined ? undefined : { root, path: path.slice(slash + 1) };
}
