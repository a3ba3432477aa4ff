import * as vscode from 'vscode';
import { isAbort, toFailure } from '../base';
import { learningRepeats, type LearningView } from '../protocol';
import type { EngineClient } from './engineClient';

const none: LearningView = { kind: 'none' };

/** The learning curve of the run that was asked about last: would more images help? */
export class Learning {
  #run: string | undefined;
  #view = none;
  #cancellation: vscode.CancellationTokenSource | undefined;

  /** @param changed hears of every change of what `viewOf` gives */
  constructor(
    private readonly engine: EngineClient,
    private readonly changed: () => void,
  ) {}

  viewOf(run: string): LearningView {
    return run === this.#run ? this.#view : none;
  }

  /** Computes the curve of a run; one that is under way for another is cancelled. */
  async start(run: string, runtime: string): Promise<void> {
    if (run === this.#run && this.#view.kind === 'running') return;
    this.#cancellation?.cancel();
    const cancellation = new vscode.CancellationTokenSource();
    const { token } = cancellation;
    this.#cancellation = cancellation;
    this.#run = run;
    const show = (view: LearningView): void => {
      if (this.#cancellation !== cancellation) return;
      this.#view = view;
      this.changed();
    };
    show({ kind: 'running', done: 0, of: 0, cancelling: false });
    try {
      const curve = await this.engine.run(
        'learningCurve',
        { subject: { kind: 'run', run, runtime }, repeats: learningRepeats },
        {
          token,
          progress: (progress) => {
            if (progress.kind !== 'learning') return;
            const { done, of } = progress;
            show({ kind: 'running', done, of, cancelling: token.isCancellationRequested });
          },
        },
      );
      // It may have been done before it heard that it should stop.
      show(token.isCancellationRequested ? none : { kind: 'done', curve });
    } catch (error) {
      show(isAbort(error) ? none : { kind: 'failed', failure: toFailure(error) });
    } finally {
      cancellation.dispose();
    }
  }

  cancel(): void {
    if (this.#view.kind !== 'running') return;
    this.#view = { ...this.#view, cancelling: true };
    this.#cancellation?.cancel();
    this.changed();
  }

  dispose(): void {
    if (this.#view.kind === 'running') this.#cancellation?.cancel();
  }
}
