import path from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { Shard } from '../../jobs';
import { bottlenecksDocument } from '../documents';
import { backbone, json, runtime, settingsChoice, type NetworkOptions } from '../options';
import { perform, type Output } from '../perform';
import { bottlenecksText } from '../text';

type Options = NetworkOptions & { readonly shard?: Shard } & Output;

/** `i/n`, counted from 0 as Slurm's `--array=0-7` and Kubernetes do. */
function parseShard(text: string): Shard {
  const [, index = '', count = ''] = /^(\d{1,7})\/(\d{1,7})$/.exec(text) ?? [];
  const shard = { index: Number(index), count: Number(count) };
  if (count === '' || shard.index >= shard.count)
    throw new InvalidArgumentError('It must be i/n with i from 0 to n - 1, such as 0/8 to 7/8.');
  return shard;
}

const shard = () =>
  new Option('--shard <i/n>', 'compute only this share of the images, i from 0 to n - 1').argParser(
    parseShard,
  );

export function bottlenecksCommand(): Command {
  return new Command('bottlenecks')
    .description('compute and cache the bottleneck values of a folder')
    .argument('<folder>', 'the dataset')
    .addOption(backbone())
    .addOption(runtime())
    .addOption(shard())
    .addOption(json())
    .action((folder: string, { shard, ...output }: Options, command: Command) =>
      perform(output, async ({ jobs, progress, signal }) => {
        const params = {
          folder: path.resolve(folder),
          ...settingsChoice(command),
          ...(shard && { shard }),
        };
        const result = await jobs.run('bottlenecks', params, { signal, report: progress.report });
        return { text: bottlenecksText(result), document: bottlenecksDocument(result), done: true };
      }),
    );
}
