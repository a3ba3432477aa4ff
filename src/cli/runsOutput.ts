import path from 'node:path';
import type { JobResult, RunSummaries, RunSummary, RunTitle } from '../jobs';
import { percent, printable } from './text';

export function runsText(folder: string, { runs, damaged }: RunSummaries): string {
  const lines = runs.map(runLine);
  for (const { failure } of damaged) lines.push(`damaged: ${printable(failure.message)}`);
  return lines.length === 0
    ? `There is no run of ${printable(folder)} yet; retrain first.`
    : lines.join('\n');
}

function runLine(run: RunSummary): string {
  const { name, title, pinned, created, accuracy, testingImages, leaveOneOut, images, head, backbone } = run;
  const parts = [
    accuracy === null ? 'not tested' : `${percent(accuracy)} of ${testingImages} testing images`,
    ...leaveOneOutParts(leaveOneOut, head),
    `${images} images`,
    head,
    backbone,
    created,
  ];
  if (pinned) parts.push('pinned');
  if (run.refitOf !== null) parts.push(`refitted from ${run.refitOf.run}`);
  const called = title === null ? name : `${name} “${title}”`;
  return printable(`${called}: ${parts.join(' · ')}`);
}

function leaveOneOutParts(leaveOneOut: RunSummary['leaveOneOut'], head: RunSummary['head']): string[] {
  if (leaveOneOut === null) return [];
  const { accuracy, n } = leaveOneOut;
  const how = head === 'ridge' ? '' : ' by ridge heads';
  return [`leave-one-out ${percent(accuracy)} of ${n}${how}`];
}

export function titleText(run: string, { title, pinned }: RunTitle): string {
  const name = path.basename(run);
  const called = title === null ? name : `${name} “${title}”`;
  return printable(pinned ? `${called}: pinned` : called);
}

export function restoredText(run: string, { file, changed, made }: JobResult<'writeRunSettings'>): string {
  const name = path.basename(run);
  const lines = Object.entries(changed).map(([key, value]) => `  ${key} ${value}`);
  const first =
    lines.length === 0
      ? `${file} says already what ${name} was made with.`
      : made
        ? `Made ${file}, which says what ${name} was made with; other than by default:`
        : `Changed ${file} to what ${name} was made with:`;
  return [first, ...lines].map(printable).join('\n');
}

export function runsDocument({ runs, damaged }: RunSummaries): object {
  return {
    format: 1,
    runs: runs.map(({ folder, ...run }) => ({ run: folder, ...run })),
    damaged: damaged.map(({ folder, failure: { code, message } }) => ({
      run: folder,
      name: path.basename(folder),
      error: { code, message },
    })),
  };
}
