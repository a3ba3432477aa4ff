import path from 'node:path';
import * as vscode from 'vscode';
import { messages, type ErrorCode } from '../base';
import type {
  Answer,
  DatasetFacts,
  Inquiry,
  Notice,
  PanelState,
  RunningView,
  RunView,
  SettingControl,
  SettingsFacts,
  SettingsView,
} from '../protocol';

/** The one place where failures become sentences in the person's language. */
export function failureText({ code, params, message }: Notice): string {
  // A run on disk may come from a newer version, whose codes this one does not know.
  return isKnown(code) ? vscode.l10n.t(messages[code], params) : message;
}

function isKnown(code: string): code is ErrorCode {
  return Object.hasOwn(messages, code);
}

/** The panel's state with every failure in it worded. */
export function wordedState(state: PanelState): PanelState {
  switch (state.kind) {
    case 'empty':
      return state;
    case 'running':
      return { ...state, running: wordedRunning(state.running) };
    case 'done':
      return {
        ...state,
        run: wordedRun(state.run),
        learning: wordedInquiry(state.learning),
        heads: wordedInquiry(state.heads),
      };
    case 'stopped':
      return {
        ...state,
        running: wordedRunning(state.running),
        reason:
          state.reason.kind === 'failed'
            ? { ...state.reason, failure: worded(state.reason.failure) }
            : state.reason,
      };
  }
}

/** An answer with its failure worded; the file goes by its name, for its folder stands beside it. */
export function wordedAnswer(answer: Answer): Answer {
  if (answer.kind !== 'failed') return answer;
  const { failure, path: file } = answer;
  const params =
    failure.params['path'] === file ? { ...failure.params, path: path.basename(file) } : failure.params;
  return { ...answer, failure: worded({ ...failure, params }) };
}

function wordedRun(run: RunView): RunView {
  return { ...run, dataset: wordedDataset(run.dataset) };
}

function wordedInquiry<P, A>(inquiry: Inquiry<P, A>): Inquiry<P, A> {
  return inquiry.kind === 'failed' ? { ...inquiry, failure: worded(inquiry.failure) } : inquiry;
}

function wordedRunning(running: RunningView): RunningView {
  return { ...running, dataset: running.dataset && wordedDataset(running.dataset) };
}

function wordedDataset(dataset: DatasetFacts): DatasetFacts {
  return {
    ...dataset,
    skipped: dataset.skipped.map((file) => worded(file)),
    warnings: dataset.warnings.map((warning) => worded(warning)),
  };
}

function worded<F extends Notice>(failure: F): F {
  return { ...failure, message: failureText(failure) };
}

/** What the panel shows of a dataset's settings. */
export function settingsView({
  facts,
  controls,
}: {
  facts: SettingsFacts | null;
  controls: readonly SettingControl[];
}): SettingsView {
  return facts?.kind === 'damaged'
    ? { kind: 'damaged', message: failureText(facts.failure) }
    : { kind: 'read', shownPath: facts && vscode.workspace.asRelativePath(facts.file), controls };
}

/** The translation bundle, for the webviews; empty for English. */
export function translations(): Readonly<Record<string, string>> {
  return vscode.l10n.bundle ?? {};
}

export function percent(share: number): string {
  return new Intl.NumberFormat(vscode.env.language, { style: 'percent', maximumFractionDigits: 1 }).format(
    share,
  );
}

export function count(n: number): string {
  return new Intl.NumberFormat(vscode.env.language, { maximumFractionDigits: 0 }).format(n);
}

/** Bytes in the largest unit that gives 1 or more. */
export function fileSize(bytes: number): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'];
  const step = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  return new Intl.NumberFormat(vscode.env.language, {
    style: 'unit',
    unit: units[step] ?? 'byte',
    unitDisplay: 'short',
    maximumFractionDigits: 1,
  }).format(bytes / 1000 ** step);
}
