import type { Failure } from '../base';
import type {
  BottleneckCounts,
  CurveUnit,
  DatasetFacts,
  EpochView,
  HeadKind,
  NeighboursTrial,
  RetrainProgress,
  RidgeTrial,
  RunView,
  SettingControl,
  SettingName,
} from '../jobs';
import type { HeadsView, LearningView } from './inquiry';
import type { StateMessage } from './state';

/** Where the work stands. The steps fill one after the other; a step not begun is null. */
export interface RunningView {
  readonly step: 'scan' | 'bottlenecks' | 'training' | 'evaluation';
  readonly scan: { readonly files: number; readonly seconds: number | null };
  readonly dataset: DatasetFacts | null;
  readonly bottlenecks:
    | (Omit<Extract<RetrainProgress, { kind: 'bottlenecks' }>, 'kind' | 'computed'> & {
        /** Set when all values are there. */
        readonly counts: BottleneckCounts | null;
      })
    | null;
  /** Of the views of the training images, while they are computed. */
  readonly views?: Omit<Extract<RetrainProgress, { kind: 'views' }>, 'kind'>;
  readonly training: TrainingUnderway | null;
  /** Leave-one-out, while it takes long. */
  readonly leavingOut?: Omit<Extract<RetrainProgress, { kind: 'leavingOut' }>, 'kind'>;
}

/** What the numbers at the end hold is set when training has ended. */
export type TrainingUnderway =
  | {
      readonly kind: 'iterative';
      readonly unit: CurveUnit;
      readonly curve: readonly EpochView[];
      readonly maxEpochs: number;
      readonly bestEpoch: number | null;
      readonly seconds: number | null;
    }
  | {
      readonly kind: 'ridge';
      readonly trials: readonly RidgeTrial[];
      /** Begins when the penalty has been chosen. */
      readonly curve: readonly EpochView[];
      readonly penalty: number | null;
      readonly seconds: number | null;
    }
  | {
      readonly kind: 'neighbours';
      /** The share of training images that have found their neighbours. */
      readonly compared: number;
      readonly trials: readonly NeighboursTrial[];
      readonly k: number | null;
      readonly seconds: number | null;
    }
  | { readonly kind: 'centroid'; readonly seconds: number | null };

/** The dataset a panel is about. */
export interface PanelSubject {
  readonly name: string;
  /** Relative to the workspace folder where it lies in one, else absolute. */
  readonly shownPath: string;
  /** Absolute path. */
  readonly root: string;
}

/** The whole state of the panel: the host owns it and sends it whole after each change. Failures come worded. */
export type PanelState =
  /** No dataset was found in the workspace. */
  | { readonly kind: 'empty' }
  | {
      readonly kind: 'running';
      readonly subject: PanelSubject;
      readonly running: RunningView;
      readonly cancelling: boolean;
      /** The person has ended the training, and what it has come to is not saved yet. */
      readonly stopping: boolean;
    }
  | {
      readonly kind: 'done';
      readonly subject: PanelSubject;
      readonly run: RunView;
      readonly learning: LearningView;
      readonly heads: HeadsView;
      /** The head of the settings; null where they cannot be read. */
      readonly head: HeadKind | null;
    }
  | {
      readonly kind: 'stopped';
      readonly subject: PanelSubject;
      /** How far it came. */
      readonly running: RunningView;
      readonly reason:
        { readonly kind: 'cancelled' } | { readonly kind: 'failed'; readonly failure: Failure };
    };

/** The dataset's settings. */
export type SettingsView =
  /** `shownPath`: of its retrain.json; null where it has none. */
  | {
      readonly kind: 'read';
      readonly shownPath: string | null;
      readonly controls: readonly SettingControl[];
    }
  /** The retrain.json cannot be used; worded. */
  | { readonly kind: 'damaged'; readonly message: string };

export type ToPanel =
  /** `settings`: null where there is no dataset. */
  | (StateMessage<PanelState> & { readonly settings: SettingsView | null })
  /** Answer to `changeSetting`, where the value is not taken; worded. */
  | { readonly kind: 'settingRefused'; readonly name: SettingName; readonly message: string }
  /** Brings a band of the page into view. */
  | { readonly kind: 'show'; readonly band: PanelBand }
  /** Answer to `thumbnails`, one message a path; null: there is no picture to show. */
  | { readonly kind: 'thumbnail'; readonly path: string; readonly bytes: Uint8Array | null };

/** A band that a command leads to. */
export type PanelBand = 'heads';

/** What the panel keeps with `setState` after each `state` message, so that the host restores it after a window reload. */
export interface SavedPanel {
  /** `PanelSubject.root`; null in the empty state. */
  readonly root: string | null;
  /** `RunView.folder` while a finished run is shown. */
  readonly run: string | null;
}

export type FromPanel =
  | { readonly kind: 'ready' }
  | { readonly kind: 'retrain' }
  | { readonly kind: 'cancel' }
  /** Ends the training under way, and saves what it has come to. */
  | { readonly kind: 'stopTraining' }
  /** Goes on with the training of the run that is shown. */
  | { readonly kind: 'continueTraining' }
  /** Opens retrain.json. */
  | { readonly kind: 'editSettings' }
  /** In retrain.json; null takes it out. */
  | {
      readonly kind: 'changeSetting';
      readonly name: SettingName;
      readonly value: NonNullable<SettingControl['value']> | null;
    }
  | { readonly kind: 'pickFolder' }
  | { readonly kind: 'openSample' }
  | { readonly kind: 'classify' }
  /** Writes the run that is shown for other tools. */
  | { readonly kind: 'exportRun' }
  /** Paths relative to the dataset. */
  | { readonly kind: 'thumbnails'; readonly paths: readonly string[] }
  | { readonly kind: 'openImage'; readonly path: string }
  | { readonly kind: 'revealInExplorer'; readonly path: string }
  | { readonly kind: 'openRun' }
  | { readonly kind: 'learningCurve' }
  | { readonly kind: 'cancelLearningCurve' }
  /** `repeats`: how often the photos are dealt out to folds. */
  | { readonly kind: 'compareHeads'; readonly heads: readonly HeadKind[]; readonly repeats: number }
  | { readonly kind: 'cancelComparingHeads' }
  /** Makes it the head of the dataset's settings. */
  | { readonly kind: 'useHead'; readonly head: HeadKind }
  | { readonly kind: 'inspectBottlenecks' }
  | { readonly kind: 'chooseBackbone' }
  | { readonly kind: 'chooseHead' }
  | { readonly kind: 'showLog' };
