import * as vscode from 'vscode';
import type { RefitView, RetrainProgress, RunningView } from '../protocol';
import type { ClassifyView } from './classifyView';
import { advance, notBegun } from './panelState';
import { showProgress } from './retrainNotifications';

/** A refit that a person waits for: shown in the answer view and in a notification, which both can cancel it. */
export class Refitting {
  #running: RunningView = notBegun;
  #report: (running: RunningView) => void = () => undefined;
  #finish: () => void = () => undefined;
  readonly #listener: vscode.Disposable;

  constructor(
    private readonly refit: RefitView,
    private readonly view: ClassifyView,
    private readonly cancellation: vscode.CancellationTokenSource,
  ) {
    const title = vscode.l10n.t('Refitting the run {name} on {backbone}', {
      name: refit.original.name,
      backbone: refit.backbone,
    });
    const finished = new Promise<void>((resolve) => (this.#finish = resolve));
    void showProgress({ title, cancel: () => cancellation.cancel() }, (report) => {
      this.#report = report;
      return finished;
    });
    this.#listener = cancellation.token.onCancellationRequested(() => this.#show());
    this.#show();
  }

  advance(progress: RetrainProgress): void {
    this.#running = advance(this.#running, progress);
    this.#show();
    this.#report(this.#running);
  }

  end(): void {
    this.#listener.dispose();
    this.#finish();
  }

  #show(): void {
    this.view.refit(this.refit, this.#running, this.cancellation.token.isCancellationRequested);
  }
}
