import path from 'node:path';
import { Command } from 'commander';
import { classifyDocument } from '../documents';
import { json, reject, rejectChoice, runtime, type RejectOptions } from '../options';
import { perform, type Output } from '../perform';
import { classifyText } from '../text';

export function classifyCommand(): Command {
  return new Command('classify')
    .description('name images with a run: the newest of the nearest dataset, or the one given')
    .argument('<image...>', 'images, or folders of images')
    .option('--run <dir>', 'folder of the run')
    .addOption(reject())
    .addOption(runtime())
    .addOption(json())
    .action((paths: string[], options: { run?: string; runtime: string } & RejectOptions & Output) =>
      perform(options, async ({ jobs, progress, signal }) => {
        const run = options.run === undefined ? null : path.resolve(options.run);
        const params = {
          base: process.cwd(),
          paths,
          run,
          runtime: options.runtime,
          reject: rejectChoice(options),
        };
        const result = await jobs.run('classify', params, { signal, report: progress.report });
        const done = result.answers.some(({ kind }) => kind !== 'failed');
        return { text: classifyText(result), document: classifyDocument(result), done };
      }),
    );
}
