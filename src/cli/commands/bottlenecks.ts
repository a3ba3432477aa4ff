import path from 'node:path';
import { Command } from 'commander';
import { bottlenecksDocument } from '../documents';
import { backbone, json, runtime, type NetworkOptions } from '../options';
import { perform, type Output } from '../perform';
import { bottlenecksText } from '../text';

export function bottlenecksCommand(): Command {
  return new Command('bottlenecks')
    .description('compute and cache the bottleneck values of a folder')
    .argument('<folder>', 'the dataset')
    .addOption(backbone())
    .addOption(runtime())
    .addOption(json())
    .action((folder: string, { backbone, runtime, ...output }: NetworkOptions & Output) =>
      perform(output, async ({ jobs, progress, signal }) => {
        const params = { folder: path.resolve(folder), settings: { backbone, runtime } };
        const result = await jobs.run('bottlenecks', params, { signal, report: progress.report });
        return { text: bottlenecksText(result), document: bottlenecksDocument(result), done: true };
      }),
    );
}
