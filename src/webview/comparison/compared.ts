import type { ComparedAnswers, ComparedRun, RunComparison } from '../../protocol';
import type { Measured } from '../panel/measured';

/**
 * What is shown first: leave-one-out, which has the more photos, where it tells the heads apart or where there is no
 * other; else the testing photos.
 */
export function firstMeasured({ leaveOneOut, flips }: RunComparison): Measured {
  return leaveOneOut !== null && (leaveOneOut.ofHeads || flips.both === 0) ? 'leaveOneOut' : 'testing';
}

export function answersOf(comparison: RunComparison, measured: Measured): ComparedAnswers {
  return measured === 'leaveOneOut' ? (comparison.leaveOneOut ?? comparison) : comparison;
}

/** How good one of the runs is; of no photo where it was not measured. */
export function scoreOf(run: ComparedRun, measured: Measured): ComparedRun['evaluation'] {
  return measured === 'leaveOneOut'
    ? (run.leaveOneOut ?? { n: 0, accuracy: null, interval: null })
    : run.evaluation;
}
