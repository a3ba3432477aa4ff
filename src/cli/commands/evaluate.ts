import path from 'node:path';
import { Command } from 'commander';
import { evaluateDocument } from '../documents';
import {
  assertAccuracy,
  assertRecall,
  assertion,
  json,
  junit,
  junitOutput,
  reject,
  rejectChoice,
  runtime,
  type AssertionOptions,
  type RejectOptions,
} from '../options';
import { perform, type Output } from '../perform';
import { evaluateText } from '../text';

export function evaluateCommand(): Command {
  return new Command('evaluate')
    .description('measure a run on a labelled folder: the newest of the nearest dataset, or the one given')
    .argument('<folder>', 'a folder whose subfolders are the classes')
    .option('--run <dir>', 'folder of the run')
    .addOption(reject())
    .addOption(runtime())
    .addOption(assertAccuracy())
    .addOption(assertRecall())
    .addOption(junit())
    .addOption(json())
    .action(
      (
        folder: string,
        options: { run?: string; runtime: string } & RejectOptions & AssertionOptions & Output,
      ) =>
        perform(options, async ({ jobs, progress, signal }) => {
          const params = {
            folder: path.resolve(folder),
            run: options.run === undefined ? null : path.resolve(options.run),
            runtime: options.runtime,
            reject: rejectChoice(options),
            ...junitOutput(options),
          };
          const result = await jobs.run('evaluate', params, { signal, report: progress.report });
          const asserted = assertion(result, options, result.run);
          return {
            text: evaluateText(result),
            document: { ...evaluateDocument(result), ...asserted.document },
            done: true,
            shortfalls: asserted.shortfalls,
          };
        }),
    );
}
