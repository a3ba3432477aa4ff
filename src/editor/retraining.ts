import * as vscode from 'vscode';
import { RetrainError } from '../base';
import type { HeadsView, RunView } from '../protocol';
import { chooseDataset } from './datasets';
import { askFolder } from './askFolder';
import { askHeads } from './askHeads';
import type { DatasetSession } from './datasetSession';
import type { DatasetSessions } from './datasetSessions';
import type { EngineClient } from './engineClient';
import { registerCommand } from './failures';
import type { ResultsPanels } from './resultsPanels';
import { tellRun } from './retrainNotifications';

/** The commands about a whole dataset: Retrain Classifier, Stop and Continue Training, Show Results, Compare Heads, Edit Settings. */
export class Retraining {
  constructor(
    private readonly engine: EngineClient,
    private readonly sessions: DatasetSessions,
    private readonly panels: ResultsPanels,
  ) {}

  register(log: vscode.LogOutputChannel): vscode.Disposable {
    return vscode.Disposable.from(
      registerCommand('retrain.retrainClassifier', log, (folder?: vscode.Uri) => this.retrain(folder)),
      registerCommand('retrain.compareHeads', log, (folder?: vscode.Uri) => this.compareHeads(folder)),
      registerCommand('retrain.stopTraining', log, (folder?: vscode.Uri) => this.stopTraining(folder)),
      registerCommand('retrain.continueTraining', log, (folder?: vscode.Uri) =>
        this.continueTraining(folder),
      ),
      registerCommand('retrain.editSettings', log, (folder?: vscode.Uri) => this.editSettings(folder)),
      registerCommand('retrain.showResults', log, (folder?: vscode.Uri) => this.showResults(folder)),
    );
  }

  /** Retrains on `folder` or on the dataset of the workspace; undefined where there is none or none was chosen. */
  async retrain(folder: vscode.Uri | undefined): Promise<RunView | undefined> {
    const session = await this.#choose(folder);
    return session && this.retrainDataset(session);
  }

  /** Opens the panel at once and retrains; joins the retraining that is under way. */
  retrainDataset(session: DatasetSession): Promise<RunView | undefined> {
    return this.#train(session, () => session.retrain());
  }

  /** Opens the panel at once and goes on with the training of a run; joins the retraining that is under way. */
  continueDataset(session: DatasetSession, run: string): Promise<RunView | undefined> {
    return this.#train(session, () => session.continueTraining(run));
  }

  /** Goes on with the training of the newest run of `folder` or of the dataset of the workspace. */
  async continueTraining(folder: vscode.Uri | undefined): Promise<RunView | undefined> {
    const session = await this.#choose(folder);
    if (!session) return undefined;
    const { state } = session;
    const run = state.kind === 'done' ? state.run : await session.showNewest();
    return await this.continueDataset(session, run.folder);
  }

  /** Ends the trainings under way, of `folder` alone where it is given, and saves what they have come to. */
  stopTraining(folder: vscode.Uri | undefined): void {
    const stopped = this.sessions.all
      .filter(({ subject }) => folder === undefined || subject.root === folder.fsPath)
      .filter((session) => session.stopTraining());
    if (stopped.length === 0)
      void vscode.window.showInformationMessage(
        vscode.l10n.t('No training is under way that could be stopped.'),
      );
  }

  async #train(session: DatasetSession, begin: () => Promise<RunView>): Promise<RunView | undefined> {
    this.panels.show(session);
    // Whoever joins hears of its end through the first.
    if (session.retraining) return begin().catch(() => undefined);
    const run = await begin();
    // A panel that the person has in front of them says it, and a message would lie over it.
    if (!this.panels.isInFront(session))
      void tellRun(session.subject, run).then((show) => {
        if (show) this.panels.show(session);
      });
    return run;
  }

  /** Shows the newest run of `folder` or of the dataset of the workspace. @throws NO_RUN */
  async showResults(folder: vscode.Uri | undefined): Promise<RunView | undefined> {
    const session = await this.#choose(folder);
    if (!session) return undefined;
    const run = await session.showNewest();
    this.panels.show(session);
    return run;
  }

  /**
   * Asks which heads, and compares them for the run that is shown of `folder`, or of the dataset of the workspace, else
   * for its newest one; undefined where the person chooses none.
   * @throws NO_RUN; BUSY while a retraining has the panel
   */
  async compareHeads(folder: vscode.Uri | undefined): Promise<HeadsView | undefined> {
    const session = await this.#choose(folder);
    if (!session) return undefined;
    if (session.retraining) throw new RetrainError('BUSY', { path: session.subject.shownPath });
    if (session.state.kind !== 'done') await session.showNewest();
    const heads = await askHeads();
    if (!heads) return undefined;
    this.panels.show(session, 'heads');
    return session.compareHeads(heads, 1);
  }

  /** Opens the retrain.json of `folder` or of the dataset of the workspace. */
  async editSettings(folder: vscode.Uri | undefined): Promise<string | undefined> {
    const session = await this.#choose(folder);
    return (await session?.settings.edit())?.document.uri.fsPath;
  }

  /** Shows one run, in the panel of the dataset it was made from. */
  async showRun(folder: string): Promise<void> {
    const session = await this.#sessionOf(folder);
    await session.showRun(folder);
    this.panels.show(session);
  }

  /** Goes on with the training of one run, in the panel of the dataset it was made from. */
  async continueRun(folder: string): Promise<RunView | undefined> {
    return this.continueDataset(await this.#sessionOf(folder), folder);
  }

  async #sessionOf(run: string): Promise<DatasetSession> {
    const { dataset } = await this.engine.run('readRun', { run });
    return this.sessions.of(dataset.root);
  }

  async #choose(folder: vscode.Uri | undefined): Promise<DatasetSession | undefined> {
    const choice = await chooseDataset(this.engine, folder);
    if (choice.kind === 'none') this.panels.showEmpty();
    return choice.kind === 'chosen' ? this.sessions.of(choice.root) : undefined;
  }
}

/** Asks for a folder anywhere on this machine. */
export function pickFolder(): Promise<vscode.Uri | undefined> {
  return askFolder(vscode.l10n.t('Choose a folder of photos'), vscode.l10n.t('Retrain'));
}
