import type { KeptState, Resumption, RunCalibration, RunSettings, RunTraining } from '../models';
import {
  scaleInPlace,
  type Continuation,
  type GradientContinuation,
  type Head,
  type Scaling,
  type TrainedHead,
} from '../training';
import type { LabelledRows } from './labelledRows';

/** What a head is trained on. */
export interface Sides {
  /** The images of the training side, and behind them views of them, if any. */
  readonly training: LabelledRows;
  /** The images alone; the same values. */
  readonly originals: LabelledRows;
  readonly validation: LabelledRows;
  readonly scaling: Scaling;
  readonly settings: RunSettings;
}

/** Takes the head of a training by steps, on raw values, every so many of them. */
export interface Snapshots {
  readonly every: number;
  readonly take: (step: number, head: Head) => Promise<void>;
}

/** What came of it. */
export interface TrainedRun {
  /** Takes raw values. */
  readonly head: TrainedHead;
  readonly training: RunTraining;
  readonly calibration: RunCalibration | null;
  /** Absent where there is nothing to go on with. */
  readonly resumption?: Resumption;
}

/** An earlier training that is gone on with. */
export type Continued =
  /** Its heads take raw values. */
  | ({ readonly kind: 'head' } & Continuation)
  | ({ readonly kind: 'state' } & GradientContinuation & Pick<KeptState, 'scaling'>);

/** Scales the values of both sides in place. */
export function scaleBoth(training: LabelledRows, validation: LabelledRows, scaling: Scaling): void {
  for (const { values } of [training, validation]) scaleInPlace(values, scaling);
}
