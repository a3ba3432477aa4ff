import path from 'node:path';
import * as vscode from 'vscode';
import { isAbort, RetrainError, toFailure } from '../base';
import type { Answer, ClassifyResult } from '../protocol';
import type { ClassifyView } from './classifyView';
import type { EngineClient } from './engineClient';
import { registerCommand } from './failures';
import { chosenImages, pickImages } from './images';
import { notificationText } from './plainText';
import type { RunAnswer, RunChoice } from './runChoice';
import { retrainSettings } from './settings';
import { failureText } from './wording';

/** Images a request: few enough that answers appear one after the other, enough to fill a batch. */
const perRequest = 8;

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
      return await this.#answer(images, choice.run, view, cancellation.token);
    } catch (error) {
      // A newer question has the view now.
      if (isAbort(error)) return undefined;
      view.fail(failureText(toFailure(error)));
      throw error;
    }
  }

  dispose(): void {
    this.#current?.cancel();
    this.#current?.dispose();
    this.#current = undefined;
  }

  async #answer(
    images: readonly string[],
    run: string,
    view: ClassifyView,
    token: vscode.CancellationToken,
  ): Promise<ClassifyResult | undefined> {
    const answers: Answer[] = [];
    let last: ClassifyResult | undefined;
    for (let from = 0; from < images.length; from += perRequest) {
      const paths = images.slice(from, from + perRequest);
      const { runtime } = retrainSettings(vscode.Uri.file(paths[0] ?? run));
      last = await this.engine.run('classify', { base: path.dirname(run), paths, run, runtime }, { token });
      if (token.isCancellationRequested) return undefined;
      answers.push(...last.answers);
      view.answer(last.run, last.answers);
    }
    return last && { ...last, answers };
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
