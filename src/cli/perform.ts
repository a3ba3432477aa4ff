import path from 'node:path';
import { isAbort, toFailure, type ErrorCode, type RetrainError } from '../base';
import { defaultCacheDirectory, JobThread } from '../jobs';
import { errorDocument } from './documents';
import { ProgressLine } from './progressLine';
import { failureLine } from './fileLines';

/** Exit statuses. 130 is the shell's for SIGINT. */
export const status = { done: 0, failed: 1, usage: 2, asserted: 3, interrupted: 130 } as const;

/** The folder `media` of the package that this file is part of. */
export const assets = path.join(__dirname, '..', 'media');

/** Wrong usage that shows only beside the retrain.json, or once the work is under way. */
const usage: ReadonlySet<string> = new Set([
  'VIEWS_WITHOUT_DISTORTION',
  'SETTING_UNUSED',
  'NORMALISATION_UNKNOWN',
] satisfies ErrorCode[]);

export interface Output {
  readonly json?: true;
}

export interface Session {
  readonly jobs: JobThread;
  readonly progress: ProgressLine;
  readonly signal: AbortSignal;
  /** Aborted where the person ends a training that is under way. */
  readonly stop: AbortSignal;
}

/** What a command prints, and whether that counts as done. */
export interface Outcome {
  readonly text: string;
  readonly document: object;
  readonly done: boolean;
  /** What was asserted of it and is not so; status 3 where there is any. */
  readonly shortfalls?: readonly RetrainError[];
}

/**
 * Runs one command: its one result on standard output, everything else on standard error.
 * @param stopsTraining whether the first SIGINT during a training stops that, instead of cancelling all
 */
export async function perform(
  { json }: Output,
  command: (session: Session) => Promise<Outcome>,
  { stopsTraining = false }: { readonly stopsTraining?: boolean } = {},
): Promise<void> {
  const controller = new AbortController();
  const training = new AbortController();
  const progress = new ProgressLine(process.stderr);
  const places = { assets, cacheDirectory: defaultCacheDirectory() };
  const jobs = new JobThread(path.join(__dirname, 'worker.js'), places, (text) => process.stderr.write(text));
  const cancel = () => {
    // Where the batch in flight takes too long for a person, the next signal ends the process at once.
    process.off('SIGINT', interrupt);
    controller.abort();
  };
  const interrupt = () => {
    if (!stopsTraining || !progress.isTraining || training.signal.aborted) return cancel();
    training.abort();
    progress.say('Stopping the training: what it has come to is measured and saved. Ctrl+C again cancels.');
  };
  process.on('SIGINT', interrupt);
  process.once('SIGTERM', cancel);
  try {
    const { signal: stop } = training;
    const outcome = await command({ jobs, progress, signal: controller.signal, stop });
    progress.end();
    process.stdout.write(`${json ? JSON.stringify(outcome.document) : outcome.text}\n`);
    const { shortfalls = [], done } = outcome;
    for (const error of shortfalls) process.stderr.write(`${failureLine(toFailure(error), process.cwd())}\n`);
    process.exitCode = shortfalls.length > 0 ? status.asserted : done ? status.done : status.failed;
  } catch (error) {
    progress.end();
    if (isAbort(error)) {
      process.stderr.write('Interrupted. What was computed is kept.\n');
      process.exitCode = status.interrupted;
    } else {
      if (json) process.stdout.write(`${JSON.stringify(errorDocument(error))}\n`);
      const failure = toFailure(error);
      process.stderr.write(`${failureLine(failure, process.cwd())}\n`);
      process.exitCode = usage.has(failure.code) ? status.usage : status.failed;
    }
  } finally {
    await jobs.stop();
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', cancel);
  }
}
