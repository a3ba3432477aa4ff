import * as vscode from 'vscode';
import type { PanelSubject, RunningView, RunView } from '../protocol';
import { notificationText } from './plainText';
import { progressNotification } from './progressNotification';
import { count, percent } from './wording';

interface Shown {
  readonly title: string;
  /** What the notification's Cancel does. */
  readonly cancel: () => void;
}

/** Runs `work` under a notification with the progress that it reports. */
export function showProgress<T>(
  { title, cancel }: Shown,
  work: (report: (running: RunningView) => void) => Promise<T>,
): Promise<T> {
  return Promise.resolve(
    vscode.window.withProgress(progressNotification(title), async (notification, token) => {
      const listener = token.onCancellationRequested(cancel);
      let shown = 0;
      let lastMessage = '';
      const report = (running: RunningView) => {
        const message = progressText(running);
        const reached = bottleneckPercent(running);
        if (message === lastMessage && reached === shown) return;
        notification.report({ message, increment: reached - shown });
        lastMessage = message;
        shown = reached;
      };
      try {
        return await work(report);
      } finally {
        listener.dispose();
      }
    }),
  );
}

/** Says what a finished run is worth, and what of it came from the cache. True: the person wants to see it. */
export async function tellRun(subject: PanelSubject, run: RunView): Promise<boolean> {
  const show = vscode.l10n.t('Show');
  const text = notificationText(`${accuracyText(subject, run)} ${bottlenecksText(run)}`);
  return (await vscode.window.showInformationMessage(text, show)) === show;
}

function progressText(running: RunningView): string {
  const { bottlenecks, views, training } = running;
  switch (running.step) {
    case 'scan':
      return vscode.l10n.t('{count} files found', { count: count(running.scan.files) });
    case 'bottlenecks': {
      if (views)
        return vscode.l10n.t('Views of the training photos: {done} of {of}', {
          done: count(views.done),
          of: count(views.of),
        });
      if (!bottlenecks) return vscode.l10n.t('preparing');
      const parts = [
        vscode.l10n.t('{done} of {of} images', { done: count(bottlenecks.done), of: count(bottlenecks.of) }),
      ];
      if (bottlenecks.perSecond >= 1)
        parts.push(vscode.l10n.t('{count} a second', { count: count(bottlenecks.perSecond) }));
      if (bottlenecks.secondsLeft !== null) parts.push(timeLeft(bottlenecks.secondsLeft));
      return parts.join(' · ');
    }
    case 'training':
      return trainingText(training);
    case 'evaluation':
      return vscode.l10n.t('evaluating');
  }
}

function trainingText(training: RunningView['training']): string {
  switch (training?.kind) {
    case 'ridge':
      return training.curve.length > 0
        ? vscode.l10n.t('training, epoch {epoch}', { epoch: training.curve.at(-1)?.epoch ?? 0 })
        : vscode.l10n.t('training, penalty {penalty}', {
            penalty: String(training.trials.at(-1)?.penalty ?? ''),
          });
    case 'neighbours':
    case 'centroid':
      return vscode.l10n.t('training');
    case 'iterative':
    case undefined:
      return training?.unit === 'step'
        ? vscode.l10n.t('training, step {step}', { step: training.curve.at(-1)?.epoch ?? 0 })
        : vscode.l10n.t('training, epoch {epoch}', { epoch: training?.curve.at(-1)?.epoch ?? 0 });
  }
}

function timeLeft(seconds: number): string {
  const whole = Math.max(1, Math.ceil(seconds));
  return whole < 90
    ? vscode.l10n.t('{count} s left', { count: whole })
    : vscode.l10n.t('{count} min left', { count: Math.round(whole / 60) });
}

/** The notification's bar is about the bottlenecks, which take nearly all the time. */
function bottleneckPercent({ bottlenecks }: RunningView): number {
  return bottlenecks && bottlenecks.of > 0 ? Math.round((100 * bottlenecks.done) / bottlenecks.of) : 0;
}

function accuracyText({ name }: PanelSubject, { evaluation }: RunView): string {
  if (evaluation.accuracy === null) return vscode.l10n.t('{name}: no photo was left for testing.', { name });
  return vscode.l10n.t('{name}: {right} of {n} testing photos named rightly ({percent}).', {
    name,
    right: count(Math.round(evaluation.accuracy * evaluation.n)),
    n: count(evaluation.n),
    percent: percent(evaluation.accuracy),
  });
}

function bottlenecksText({ bottlenecks: { cached, computed } }: RunView): string {
  return computed === 0
    ? vscode.l10n.t('All {cached} bottleneck values came from the cache; none was computed.', {
        cached: count(cached),
      })
    : vscode.l10n.t('{computed} bottleneck values computed, {cached} from the cache.', {
        computed: count(computed),
        cached: count(cached),
      });
}

/** Says what has been chosen, and offers to retrain the dataset at `scope`, or that of the workspace. */
export function offerRetraining(chosen: string, scope: vscode.Uri | undefined): void {
  const retrain = vscode.l10n.t('Retrain');
  void vscode.window.showInformationMessage(notificationText(chosen), retrain).then((choice) => {
    if (choice === retrain)
      void vscode.commands.executeCommand('retrain.retrainClassifier', ...(scope ? [scope] : []));
  });
}
