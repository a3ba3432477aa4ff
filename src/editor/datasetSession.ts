import * as vscode from 'vscode';
import { isAbort, RetrainError, toFailure } from '../base';
import {
  comparedHeads,
  type HeadKind,
  type HeadsView,
  type PanelState,
  type PanelSubject,
  type RunningView,
  type RunView,
} from '../protocol';
import { subjectOf } from './datasets';
import { DatasetSettings } from './datasetSettings';
import type { EngineClient } from './engineClient';
import type { RunOptions } from './engineProcess';
import { comparedIn, HeadsInquiry, LearningInquiry } from './inquiries';
import { advance, isTraining, notBegun } from './panelState';
import { notificationText } from './plainText';
import { showProgress } from './retrainNotifications';
import { retrainSettings, settingsPlace } from './settings';
import { Throttle } from './throttle';
import { failureText } from './wording';

/** Sends the job that a retraining is to the engine. */
type RetrainJob = (options: RunOptions<'retrain' | 'continueRun'>) => Promise<RunView>;

/** Milliseconds between two pictures of a running retraining. */
const interval = 100;

/** What is going on with one dataset in this window: at most one retraining, and what the panel shows. */
export class DatasetSession {
  readonly subject: PanelSubject;
  readonly #changed = new vscode.EventEmitter<PanelState>();
  readonly #throttle = new Throttle(interval, () => this.#changed.fire(this.#state));
  /** Of the dataset; `onDidChange` says when they have changed. */
  readonly settings: DatasetSettings;
  readonly #learning: LearningInquiry;
  readonly #heads: HeadsInquiry;
  #state: PanelState;
  #current:
    | {
        readonly cancellation: vscode.CancellationTokenSource;
        /** Aborted where the training is stopped. */
        readonly training: AbortController;
        readonly result: Promise<RunView>;
      }
    | undefined;

  /** Fires with the state, some ten times a second while it changes. */
  readonly onDidChange = this.#changed.event;

  constructor(
    root: string,
    private readonly engine: EngineClient,
  ) {
    this.subject = subjectOf(root);
    this.#state = this.#stopped(notBegun, { kind: 'cancelled' });
    this.settings = new DatasetSettings(engine, root, () => {
      this.#refreshDone();
      this.#throttle.request();
    });
    const changed = () => this.#refreshDone();
    this.#learning = new LearningInquiry(engine, changed);
    this.#heads = new HeadsInquiry(engine, changed);
  }

  get state(): PanelState {
    return this.#state;
  }

  get retraining(): boolean {
    return this.#current !== undefined;
  }

  /**
   * Retrains, or joins the retraining that is under way. What failed is shown in the panel and thrown.
   * @throws an AbortError when it was cancelled, else what the job throws
   */
  retrain(): Promise<RunView> {
    const { root } = this.subject;
    return this.#begin(async (options) => {
      // The click that begins it may have ended the typing of a setting.
      await this.settings.settled();
      return this.engine.run('retrain', settingsPlace(root), options);
    });
  }

  /**
   * Goes on with the training of the run in `folder`, or joins the retraining that is under way.
   * @throws as `retrain`
   */
  continueTraining(folder: string): Promise<RunView> {
    const { root } = this.subject;
    const { runtime } = retrainSettings(vscode.Uri.file(root));
    const params = { folder: root, run: folder, runtime, more: null };
    return this.#begin((options) => this.engine.run('continueRun', params, options));
  }

  /** Ends the training under way; what it has come to is measured and saved. False where none is. */
  stopTraining(): boolean {
    const { state } = this;
    if (!this.#current || state.kind !== 'running' || !isTraining(state.running)) return false;
    this.#current.training.abort();
    this.#set({ ...state, stopping: true });
    return true;
  }

  #begin(job: RetrainJob): Promise<RunView> {
    if (this.#current) {
      const busy = new RetrainError('BUSY', { path: this.subject.shownPath });
      void vscode.window.showInformationMessage(notificationText(failureText(busy)));
      return this.#current.result;
    }
    const cancellation = new vscode.CancellationTokenSource();
    const training = new AbortController();
    const result = this.#run(job, cancellation.token, training.signal);
    this.#current = { cancellation, training, result };
    return result;
  }

  cancel(): void {
    if (!this.#current) return;
    this.#current.cancellation.cancel();
    if (this.#state.kind === 'running') this.#set({ ...this.#state, cancelling: true });
  }

  /** Shows a run from disk; while a retraining runs, that stays in sight. */
  async showRun(folder: string): Promise<RunView> {
    const run = await this.engine.run('readRun', { run: folder });
    if (!this.#current) this.#set(this.#done(run));
    return run;
  }

  /** Shows the newest run. @throws NO_RUN */
  async showNewest(): Promise<RunView> {
    const { runs } = await this.engine.run('listRuns', { folder: this.subject.root });
    const [newest] = runs;
    if (newest === undefined) throw new RetrainError('NO_RUN', { path: this.subject.shownPath });
    return this.showRun(newest);
  }

  /** Computes whether more images would help, for the run that is shown. */
  async learn(): Promise<void> {
    if (this.#state.kind !== 'done') return;
    const { runtime } = retrainSettings(vscode.Uri.file(this.subject.root));
    await this.#learning.ask(this.#state.run.folder, runtime);
  }

  cancelLearning(): void {
    this.#learning.cancel();
  }

  /**
   * Cross-validates the chosen heads on the dataset, with the network and class weights of the run that is shown.
   * What comes of it; undefined while no run is shown or where no head is chosen.
   */
  async compareHeads(chosen: readonly HeadKind[], repeats: number): Promise<HeadsView | undefined> {
    const heads = comparedHeads.filter((head) => chosen.includes(head));
    if (this.#state.kind !== 'done' || heads.length === 0) return undefined;
    const { folder } = this.#state.run;
    const { runtime } = retrainSettings(vscode.Uri.file(this.subject.root));
    await this.#heads.ask(folder, runtime, { heads, repeats });
    return this.#heads.viewOf(folder);
  }

  cancelComparingHeads(): void {
    this.#heads.cancel();
  }

  /** Makes it the head of the settings; false where it is none of those compared. */
  async useHead(head: HeadKind): Promise<boolean> {
    if (this.#state.kind !== 'done') return false;
    if (!comparedIn(this.#state.heads).some((one) => one.head === head)) return false;
    await this.settings.choose('head', head);
    return true;
  }

  /** A run was deleted: where it is the one shown, the newest of the others is. */
  async forget(folder: string): Promise<void> {
    if (this.#state.kind !== 'done' || this.#state.run.folder !== folder) return;
    const { runs } = await this.engine.run('listRuns', { folder: this.subject.root });
    if (runs[0] !== undefined) await this.showRun(runs[0]);
  }

  dispose(): void {
    this.#current?.cancellation.cancel();
    this.#learning.dispose();
    this.#heads.dispose();
    this.#throttle.dispose();
    this.#changed.dispose();
  }

  async #run(job: RetrainJob, token: vscode.CancellationToken, stop: AbortSignal): Promise<RunView> {
    let running = notBegun;
    const state = (): PanelState => ({
      kind: 'running',
      subject: this.subject,
      running,
      cancelling: token.isCancellationRequested,
      stopping: stop.aborted,
    });
    this.#set(state());
    try {
      const title = vscode.l10n.t('Retraining on {name}', { name: this.subject.name });
      const run = await showProgress({ title, cancel: () => this.cancel() }, (report) => {
        return job({
          token,
          stop,
          restarted: () => (running = notBegun),
          progress: (progress) => {
            running = advance(running, progress);
            this.#state = state();
            this.#throttle.request();
            report(running);
          },
        });
      });
      this.#end(this.#done(run));
      return run;
    } catch (error) {
      const reason = isAbort(error)
        ? ({ kind: 'cancelled' } as const)
        : ({ kind: 'failed', failure: toFailure(error) } as const);
      this.#end(this.#stopped(running, reason));
      throw error;
    }
  }

  #done(run: RunView): PanelState {
    const { subject } = this;
    return {
      kind: 'done',
      subject,
      run,
      learning: this.#learning.viewOf(run.folder),
      heads: this.#heads.viewOf(run.folder),
      head: comparedHeads.find((kind) => kind === this.settings.value('head')) ?? null,
    };
  }

  /** Where a run is shown: what is shown beside it has changed. */
  #refreshDone(): void {
    if (this.#state.kind !== 'done') return;
    this.#state = this.#done(this.#state.run);
    this.#throttle.request();
  }

  #stopped(running: RunningView, reason: Extract<PanelState, { kind: 'stopped' }>['reason']): PanelState {
    return { kind: 'stopped', subject: this.subject, running, reason };
  }

  /** From here on a new retraining may begin; whoever hears of the state may rely on it. */
  #end(state: PanelState): void {
    this.#current?.cancellation.dispose();
    this.#current = undefined;
    this.#set(state);
  }

  #set(state: PanelState): void {
    this.#state = state;
    this.#throttle.flush();
  }
}
