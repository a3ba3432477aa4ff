import type { NeighboursTrial, RetrainProgress, RunningView, Solution, TrainingUnderway } from '../protocol';

/** A retraining of which nothing is known yet. */
export const notBegun: RunningView = {
  step: 'scan',
  scan: { files: 0, seconds: null },
  dataset: null,
  bottlenecks: null,
  training: null,
};

/** What the panel shows of a running retraining after it has said `progress`. */
export function advance(running: RunningView, progress: RetrainProgress): RunningView {
  switch (progress.kind) {
    case 'settings':
      return running;
    case 'scanning':
      return { ...running, step: 'scan', scan: { files: progress.files, seconds: null } };
    case 'scanned':
      return {
        ...running,
        step: 'bottlenecks',
        scan: { files: running.scan.files, seconds: progress.seconds },
        dataset: progress.dataset,
      };
    case 'bottlenecks': {
      const { done, of, cached, perSecond, secondsLeft, path } = progress;
      return {
        ...running,
        step: 'bottlenecks',
        bottlenecks: { done, of, cached, perSecond, secondsLeft, path, counts: null },
      };
    }
    case 'bottlenecksDone': {
      const { cached, computed } = progress.counts;
      return {
        ...running,
        step: 'training',
        dataset: progress.dataset,
        bottlenecks: {
          done: cached + computed,
          of: cached + computed,
          cached,
          perSecond: running.bottlenecks?.perSecond ?? 0,
          secondsLeft: null,
          path: running.bottlenecks?.path ?? '',
          counts: progress.counts,
        },
      };
    }
    case 'views': {
      const { kind: _, ...views } = progress;
      return { ...running, step: 'bottlenecks', views };
    }
    case 'viewsDone':
      return { ...running, step: 'training' };
    case 'training':
      return {
        ...running,
        step: 'training',
        training: {
          kind: 'iterative',
          unit: progress.unit,
          // With each penalty that validation chooses among a curve begins anew.
          curve:
            progress.epoch.epoch === 0
              ? [progress.epoch]
              : [...(iterative(running)?.curve ?? []), progress.epoch],
          maxEpochs: progress.maxEpochs,
          bestEpoch: null,
          seconds: null,
        },
      };
    case 'trained':
      return {
        ...running,
        step: 'evaluation',
        training: {
          kind: 'iterative',
          unit: progress.unit,
          curve: iterative(running)?.curve ?? [],
          maxEpochs: iterative(running)?.maxEpochs ?? progress.epochs,
          bestEpoch: progress.bestEpoch,
          seconds: progress.seconds,
        },
      };
    case 'penaltyTried':
      return {
        ...running,
        step: 'training',
        training: {
          kind: 'ridge',
          trials: [...(ridge(running)?.trials ?? []), progress.trial],
          curve: [],
          penalty: null,
          seconds: null,
        },
      };
    case 'descending': {
      const { trials = [], curve = [] } = ridge(running) ?? {};
      return {
        ...running,
        step: 'training',
        training: { kind: 'ridge', trials, curve: [...curve, progress.epoch], penalty: null, seconds: null },
      };
    }
    case 'neighboursCompared': {
      const compared = progress.of > 0 ? progress.done / progress.of : 1;
      return {
        ...running,
        step: 'training',
        training: { kind: 'neighbours', compared, trials: [], k: null, seconds: null },
      };
    }
    case 'neighboursTried':
      return {
        ...running,
        step: 'training',
        training: {
          kind: 'neighbours',
          compared: 1,
          trials: [...neighboursTrials(running), progress.trial],
          k: null,
          seconds: null,
        },
      };
    case 'leavingOut': {
      const { kind: _, ...leavingOut } = progress;
      return { ...running, step: 'evaluation', leavingOut };
    }
    case 'solved':
      return {
        ...running,
        step: 'evaluation',
        training: solved(running, progress.solution, progress.seconds),
      };
  }
}

/** Whether a training that has a curve is under way: it can be ended where it is. */
export function isTraining({ step, training }: RunningView): boolean {
  return step === 'training' && training?.kind === 'iterative';
}

function solved(running: RunningView, solution: Solution, seconds: number): TrainingUnderway {
  switch (solution.kind) {
    case 'ridge':
      return {
        ...solution,
        trials: ridge(running)?.trials ?? [],
        curve: ridge(running)?.curve ?? [],
        seconds,
      };
    case 'neighbours':
      return { ...solution, compared: 1, trials: neighboursTrials(running), seconds };
    case 'centroid':
      return { ...solution, seconds };
  }
}

function iterative({ training }: RunningView): Extract<TrainingUnderway, { kind: 'iterative' }> | undefined {
  return training?.kind === 'iterative' ? training : undefined;
}

function ridge({ training }: RunningView): Extract<TrainingUnderway, { kind: 'ridge' }> | undefined {
  return training?.kind === 'ridge' ? training : undefined;
}

function neighboursTrials({ training }: RunningView): readonly NeighboursTrial[] {
  return training?.kind === 'neighbours' ? training.trials : [];
}
