import path from 'node:path';
import { Command } from 'commander';
import { json } from '../options';
import { perform, type Output } from '../perform';
import { runsDocument, runsText } from '../runsOutput';

export function runsCommand(): Command {
  return new Command('runs')
    .description('list the runs of a dataset, those that are pinned first, then the newest')
    .argument('<folder>', 'the dataset')
    .addOption(json())
    .action((name: string, options: Output) =>
      perform(options, async ({ jobs, signal }) => {
        const folder = path.resolve(name);
        const result = await jobs.run('summariseRuns', { folder }, { signal });
        return { text: runsText(folder, result), document: runsDocument(result), done: true };
      }),
    );
}
