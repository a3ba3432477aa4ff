import type * as vscode from 'vscode';
import { webviewPage, type View } from './webviewPage';

/** Milliseconds in which a page that is shown says `ready`, doubled at each load: a busy machine takes two or three seconds. */
const defaultPatience = 4000;
const mostLoads = 4;

/**
 * Loads the page of a view into its panel, and loads it anew where it does not say `ready`: an editor in a browser has
 * been seen to leave a page blank for good that it loaded while it was busy.
 */
export class ViewPage {
  #timer: NodeJS.Timeout | undefined;
  #loads = 0;
  #closed = false;

  constructor(
    private readonly panel: vscode.WebviewPanel,
    private readonly extension: vscode.Uri,
    private readonly view: View,
    private readonly log: vscode.LogOutputChannel,
    private readonly patience = defaultPatience,
  ) {
    panel.onDidDispose(() => {
      this.#closed = true;
      clearTimeout(this.#timer);
    });
    this.#load();
  }

  /** To be told when the page says so. */
  ready(): void {
    clearTimeout(this.#timer);
  }

  /** Whether somebody sees it. */
  get visible(): boolean {
    return !this.#closed && this.panel.visible;
  }

  /** Nothing where it is closed by now: what it asked for may come late, and a panel that is gone throws. */
  send(message: unknown): void {
    if (!this.#closed) void this.panel.webview.postMessage(message);
  }

  #load(): void {
    this.#loads++;
    this.panel.webview.html = webviewPage(this.panel.webview, this.extension, this.view);
    this.#watch();
  }

  #watch(): void {
    this.#timer = setTimeout(
      () => {
        // A page that nobody sees is not loaded.
        if (!this.panel.visible) return this.#watch();
        this.log.warn(`The page ${this.view} has not said that it is ready (load ${String(this.#loads)}).`);
        if (this.#loads < mostLoads) this.#load();
      },
      this.patience * 2 ** (this.#loads - 1),
    );
  }
}
