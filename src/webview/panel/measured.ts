import type { EvaluationView, RunView } from '../../protocol';

/** Which answers matrix, photos and classes show: the saved head's to the testing photos, or those of leave-one-out. */
export type Measured = 'testing' | 'leaveOneOut';

/** Both evaluations of a run, as far as they have something to show. */
export interface Evaluations {
  readonly testing: EvaluationView;
  readonly leaveOneOut: EvaluationView | null;
}

export function evaluationsOf({ evaluation, leaveOneOut }: RunView): Evaluations {
  const measured = leaveOneOut?.kind === 'measured' && leaveOneOut.accuracy !== null ? leaveOneOut : null;
  return { testing: evaluation, leaveOneOut: measured };
}

/** What is shown first: the testing photos, which the saved head itself has answered, where there are any. */
export function firstMeasured({ testing, leaveOneOut }: Evaluations): Measured {
  return testing.accuracy === null && leaveOneOut !== null ? 'leaveOneOut' : 'testing';
}

export function shownOf({ testing, leaveOneOut }: Evaluations, measured: Measured): EvaluationView {
  return measured === 'leaveOneOut' ? (leaveOneOut ?? testing) : testing;
}
