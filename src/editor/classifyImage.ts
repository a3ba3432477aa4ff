import path from 'node:path';
import * as vscode from 'vscode';
import { isAbort, RetrainError, toFailure } from '../base';
import type { ClassifyResult } from '../protocol';
import type { ClassifyView } from './classifyView';
import type { EngineClient } from './engineClient';
import { registerCommand } from './failures';
import { chosenImages, pickImages } from './images';
import { notificationText } from './plainText';
import { Refitting } from './refitting';
import type { RunAnswer, RunChoice } from './runChoice';
import { rejectChoice, retrainSettings } from './settings';
import { failureText } from './wording';

/** Classify Image. A new one ends the one before it. */
export class ClassifyImage {
  #current: vscode.CancellationTokenSource | undefined;

  constructor(
    private readonly engine: EngineClient,
    private readonly runs: RunChoice,
    private readonly view: ClassifyView,
  ) {}

  register(log: vscode.LogOutputChannel): vscode.Disposable {
    return registerCommand(
      'retrain.classifyImage',
      log,
      async (clicked?: vscode.Uri, selected?: readonly vscode.Uri[]) => {
        const chosen = chosenImages(clicked, selected);
        return this.classify(chosen.length > 0 ? chosen : await pickImages(true), null);
      },
    );
  }

  /** Asks for images and classifies them with `run`; null: with the run that is theirs. */
  async classifyOthers(run: string | null): Promise<ClassifyResult | undefined> {
    return this.classify(await pickImages(true), run);
  }

  /** Answers for `images`, absolute paths; undefined where there is no run, no choice, or a newer question. */
  async classify(images: readonly string[], run: string | null): Promise<ClassifyResult | undefined> {
    const [first] = images;
    if (first === undefined) return undefined;
    this.dispose();
    const cancellation = new vscode.CancellationTokenSource();
    this.#current = cancellation;
    const choice: RunAnswer = run === null ? await this.runs.forImage(first) : { kind: 'chosen', run };
    if (choice.kind === 'none') this.#offerToRetrain(first);
    if (choice.kind !== 'chosen' || cancellation.token.isCancellationRequested) return undefined;
    const { view } = this;
    view.begin(images);
    try {
      return await this.#answer(images, choice.run, cancellation);
    } catch (error) {
      if (isAbort(error)) {
        // Else a newer question has the view.
        if (this.#current === cancellation)
          view.fail(vscode.l10n.t('It was cancelled. The bottleneck values that were computed stay.'));
        return undefined;
      }
      view.fail(failureText(toFailure(error)));
      throw error;
    }
  }

  /** Ends what is under way; the view says so. */
  cancel(): void {
    this.#current?.cancel();
  }

  dispose(): void {
    this.#current?.cancel();
    this.#current?.dispose();
    this.#current = undefined;
  }

  async #answer(
    images: readonly string[],
    run: string,
    cancellation: vscode.CancellationTokenSource,
  ): Promise<ClassifyResult | undefined> {
    const { view } = this;
    const { token } = cancellation;
    const scope = vscode.Uri.file(images[0] ?? run);
    const { runtime } = retrainSettings(scope);
    const reject = rejectChoice(scope, run);
    const params = { base: path.dirname(run), paths: images, run, runtime, reject };
    let refitting: Refitting | undefined;
    try {
      const result = await this.engine.run('classify', params, {
        token,
        progress: (progress) => {
          // What comes late is not about what the view shows now.
          if (this.#current !== cancellation) return;
          switch (progress.kind) {
            case 'refitting':
              refitting?.end();
              refitting = new Refitting(progress, view, cancellation);
              break;
            case 'classifying':
              refitting?.end();
              view.answer(progress.run, progress.answers);
              break;
            default:
              refitting?.advance(progress);
          }
        },
      });
      if (token.isCancellationRequested) return undefined;
      view.answer(result.run, result.answers);
      return result;
    } finally {
      refitting?.end();
    }
  }

  #offerToRetrain(image: string): void {
    const retrain = vscode.l10n.t('Retrain Classifier');
    const failure = new RetrainError('NO_RUN', { path: path.basename(image) });
    void vscode.window
      .showInformationMessage(notificationText(failureText(failure)), retrain)
      .then((choice) => {
        if (choice === retrain) void vscode.commands.executeCommand('retrain.retrainClassifier');
      });
  }
}
