import path from 'node:path';
import { Command, Option } from 'commander';
import { verifyText } from '../cacheText';
import { verifyDocument } from '../cacheDocuments';
import { backbone, json, runtime, settingsChoice, wholeNumber, type NetworkOptions } from '../options';
import { perform, type Output } from '../perform';

type Options = NetworkOptions & {
  readonly all?: true;
  readonly sample: number;
  readonly seed?: number;
} & Output;

/** The largest seed. */
const largest = 2 ** 32 - 1;

export function verifyCommand(): Command {
  return new Command('verify')
    .description('hold the cached values against the images; status 1 where they differ, nothing is changed')
    .argument('<folder>', 'the dataset')
    .addOption(backbone())
    .addOption(runtime())
    .addOption(
      new Option('--sample <n>', 'how many images are computed anew')
        .argParser(wholeNumber(0, largest))
        .default(100),
    )
    .addOption(new Option('--all', 'compute all images anew').conflicts('sample'))
    .addOption(
      new Option('--seed <n>', 'of the choice of the sample; another one each time').argParser(
        wholeNumber(0, largest),
      ),
    )
    .addOption(json())
    .action(async (folder: string, options: Options, command: Command) => {
      const { all, sample, seed = Date.now() % largest, ...output } = options;
      await perform(output, async ({ jobs, progress, signal }) => {
        const params = {
          folder: path.resolve(folder),
          ...settingsChoice(command),
          sample: all ? null : sample,
          seed,
        };
        const result = await jobs.run('verify', params, { signal, report: progress.report });
        return {
          text: verifyText(result),
          document: verifyDocument(result),
          done: result.findings.length === 0,
        };
      });
    });
}
