import type { Failure } from '../base';
import type { CrossValidatedHead, CrossValidationView, HeadKind, LearningCurve } from '../jobs';

/** How a question about a run stands that takes many trainings to answer: they begin when the person asks. */
export type Inquiry<Progress, Answer> =
  | { readonly kind: 'none' }
  | { readonly kind: 'running'; readonly progress: Progress; readonly cancelling: boolean }
  /** How far it came. */
  | { readonly kind: 'cancelled'; readonly progress: Progress }
  | { readonly kind: 'done'; readonly answer: Answer }
  | { readonly kind: 'failed'; readonly failure: Failure };

export interface Trainings {
  /** Images whose bottleneck values are there, where some had to be computed; null: not known yet. */
  readonly values: { readonly done: number; readonly of: number } | null;
  /** Trainings; `of` is 0 until it is known. */
  readonly done: number;
  readonly of: number;
}

/** Would more images help? */
export type LearningView = Inquiry<Trainings, LearningCurve>;

export interface HeadTrainings extends Trainings {
  /** What is trained now; null: nothing yet. */
  readonly head: HeadKind | null;
  /** Those that are done. */
  readonly heads: readonly CrossValidatedHead[];
}

/** Which head is best? */
export type HeadsView = Inquiry<HeadTrainings, CrossValidationView>;
