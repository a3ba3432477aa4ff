import path from 'node:path';
import { Command } from 'commander';
import { evaluateDocument } from '../documents';
import { json, runtime } from '../options';
import { perform, type Output } from '../perform';
import { evaluateText } from '../text';

export function evaluateCommand(): Command {
  return new Command('evaluate')
    .description('measure a run on a labelled folder')
    .argument('<folder>', 'a folder whose subfolders are the classes')
    .requiredOption('--run <dir>', 'folder of the run')
    .addOption(runtime())
    .addOption(json())
    .action((folder: string, options: { run: string; runtime: string } & Output) =>
      perform(options, async ({ jobs, progress, signal }) => {
        const params = {
          folder: path.resolve(folder),
          run: path.resolve(options.run),
          runtime: options.runtime,
        };
        const result = await jobs.run('evaluate', params, { signal, report: progress.report });
        return { text: evaluateText(result), document: evaluateDocument(result), done: true };
      }),
    );
}
