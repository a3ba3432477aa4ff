import * as vscode from 'vscode';
import { isAbort, toFailure } from '../base';
import {
  headFolds,
  type CrossValidatedHead,
  type CrossValidationView,
  type HeadKind,
  type HeadsView,
  type HeadTrainings,
  type Inquiry,
  type LearningCurve,
  type RetrainProgress,
  type Subject,
  type Trainings,
} from '../protocol';
import type { EngineClient } from './engineClient';

interface Asking<Progress> {
  readonly token: vscode.CancellationToken;
  /** Hears of what is new; a crashed engine begins anew with what there was at first. */
  readonly show: (change: Partial<Progress>) => void;
  readonly restarted: () => void;
}

/** A question about the run that was asked about last: one that takes many trainings to answer. */
class RunInquiry<Progress, Answer> {
  #run: string | undefined;
  #view: Inquiry<Progress, Answer> = { kind: 'none' };
  #cancellation: vscode.CancellationTokenSource | undefined;

  /** @param changed hears of every change of what `viewOf` gives */
  constructor(
    private readonly beginning: Progress,
    private readonly changed: () => void,
  ) {}

  viewOf(run: string): Inquiry<Progress, Answer> {
    return run === this.#run ? this.#view : { kind: 'none' };
  }

  /** Asks about a run; where it is under way for another, that is cancelled. */
  async start(run: string, ask: (asking: Asking<Progress>) => Promise<Answer>): Promise<void> {
    if (run === this.#run && this.#view.kind === 'running') return;
    this.#cancellation?.cancel();
    const cancellation = new vscode.CancellationTokenSource();
    const { token } = cancellation;
    this.#cancellation = cancellation;
    this.#run = run;
    let progress = this.beginning;
    const show = (view: Inquiry<Progress, Answer>): void => {
      if (this.#cancellation !== cancellation) return;
      this.#view = view;
      this.changed();
    };
    const advance = (change: Partial<Progress>): void => {
      progress = { ...progress, ...change };
      show({ kind: 'running', progress, cancelling: token.isCancellationRequested });
    };
    advance({});
    try {
      const answer = await ask({ token, show: advance, restarted: () => advance(this.beginning) });
      // It may have been done before it heard that it should stop.
      show(token.isCancellationRequested ? { kind: 'cancelled', progress } : { kind: 'done', answer });
    } catch (error) {
      show(isAbort(error) ? { kind: 'cancelled', progress } : { kind: 'failed', failure: toFailure(error) });
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

const noTraining: Trainings = { values: null, done: 0, of: 0 };

/** Would more images help? */
export class LearningInquiry extends RunInquiry<Trainings, LearningCurve> {
  constructor(
    private readonly engine: EngineClient,
    changed: () => void,
  ) {
    super(noTraining, changed);
  }

  ask(run: string, runtime: string): Promise<void> {
    return this.start(run, ({ show, ...options }) =>
      this.engine.run(
        'learningCurve',
        { subject: subjectOf(run, runtime), repeats: null },
        {
          ...options,
          progress: (progress) => {
            if (progress.kind === 'learning') show({ done: progress.done, of: progress.of });
            else show(valuesOf(progress));
          },
        },
      ),
    );
  }
}

interface HeadsQuestion {
  readonly heads: readonly HeadKind[];
  /** How often the photos are dealt out to them. */
  readonly repeats: number;
}

/** Which head is best? */
export class HeadsInquiry extends RunInquiry<HeadTrainings, CrossValidationView> {
  constructor(
    private readonly engine: EngineClient,
    changed: () => void,
  ) {
    super({ ...noTraining, head: null, heads: [] }, changed);
  }

  ask(run: string, runtime: string, { heads, repeats }: HeadsQuestion): Promise<void> {
    return this.start(run, ({ show, ...options }) => {
      const compared: HeadTrainings['heads'][number][] = [];
      return this.engine.run(
        'crossValidateHeads',
        { subject: subjectOf(run, runtime), heads, folds: headFolds, repeats },
        {
          token: options.token,
          restarted: () => {
            compared.length = 0;
            options.restarted();
          },
          progress: (progress) => {
            switch (progress.kind) {
              case 'crossValidating': {
                const { head, done, of } = progress;
                return show({ head, done, of });
              }
              case 'crossValidated':
                compared.push(progress.result);
                return show({ heads: [...compared] });
              default:
                return show(valuesOf(progress));
            }
          },
        },
      );
    });
  }
}

/** The heads that are done, of an answer or on the way to it. */
export function comparedIn(view: HeadsView): readonly CrossValidatedHead[] {
  switch (view.kind) {
    case 'running':
    case 'cancelled':
      return view.progress.heads;
    case 'done':
      return view.answer.heads;
    case 'none':
    case 'failed':
      return [];
  }
}

function subjectOf(run: string, runtime: string): Subject {
  return { kind: 'run', run, runtime };
}

function valuesOf(progress: RetrainProgress): Partial<Trainings> {
  return progress.kind === 'bottlenecks' ? { values: { done: progress.done, of: progress.of } } : {};
}
