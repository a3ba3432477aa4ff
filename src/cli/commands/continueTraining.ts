import path from 'node:path';
import type { Command } from 'commander';
import { defaultSettings } from '../../jobs';
import { junitOutput, rejectChoice, type AssertionOptions, type RejectOptions } from '../options';
import { perform, type Output } from '../perform';
import { flagNotes, outputsOf, type RetrainPyFlags } from '../retrainPyFlags';
import { trained, withoutSnapshots } from './trained';

/** What may be said beside --continue: how far, with what, and what is written besides the run. */
const besides: ReadonlySet<string> = new Set([
  'continue',
  'howManyTrainingSteps',
  'runtime',
  'imageDir',
  'printMisclassifiedTestImages',
  'outputLabels',
  'savedModelDir',
  'finalTensorName',
  'summariesDir',
  'intermediateStoreFrequency',
  'intermediateOutputGraphsDir',
  'reject',
  'assertAccuracy',
  'assertRecall',
  'junit',
  'json',
]);

/** An option that the person has given and that has no part in going on with a training. */
export function onlyContinues(command: Command): string | undefined {
  return command.options.find(
    (option) =>
      !besides.has(option.attributeName()) && command.getOptionValueSource(option.attributeName()) === 'cli',
  )?.long;
}

/** Goes on with the training of a run on the dataset in `folder`. */
export async function continueTraining(
  folder: string,
  run: string,
  options: RetrainPyFlags & AssertionOptions & RejectOptions & { readonly runtime?: string },
  output: Output,
): Promise<void> {
  const params = {
    folder: path.resolve(folder),
    run: path.resolve(run),
    runtime: options.runtime ?? defaultSettings.runtime,
    more: options.howManyTrainingSteps ?? null,
    outputs: { ...outputsOf(options), ...junitOutput(options) },
  };
  for (const note of flagNotes(options)) process.stderr.write(`note: ${note}\n`);
  await perform(
    output,
    async ({ jobs, progress, signal, stop }) => {
      const choice = { ...rejectChoice(options), folder: params.folder };
      const { reject } = await jobs.run('readReject', choice, { signal });
      const continued = await jobs.run('continueRun', params, { signal, stop, report: progress.report });
      for (const note of withoutSnapshots(continued, options)) progress.say(note);
      return trained(continued, options, reject);
    },
    { stopsTraining: true },
  );
}
