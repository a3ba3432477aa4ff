import path from 'node:path';
import { Command, Option } from 'commander';
import { defaultSettings, type RetrainSettings } from '../../jobs';
import { trainDocument } from '../documents';
import { backbone, json, runtime, wholeNumber } from '../options';
import { perform, status, type Output } from '../perform';
import { trainText } from '../text';

const share = (side: string, value: number) =>
  new Option(`--${side}-percentage <n>`, `share of the images kept for ${side}`)
    .argParser(wholeNumber(0, 90))
    .default(value);

export function trainCommand(): Command {
  return new Command('train')
    .description('train a classifier on a folder whose subfolders are the classes')
    .argument('<folder>', 'the dataset')
    .addOption(backbone())
    .addOption(runtime())
    .addOption(
      new Option('--seed <n>', 'of the split and the training')
        .argParser(wholeNumber(0, 2 ** 32 - 1))
        .default(defaultSettings.seed),
    )
    .addOption(share('validation', defaultSettings.validationPercentage))
    .addOption(share('testing', defaultSettings.testingPercentage))
    .addOption(json())
    .action(async (folder: string, options: RetrainSettings & Output, command: Command) => {
      const { json: asJson, ...settings } = options;
      if (settings.validationPercentage + settings.testingPercentage > 90)
        command.error('error: the percentages of validation and testing may not exceed 90 together', {
          exitCode: status.usage,
        });
      await perform({ ...(asJson && { json: asJson }) }, async ({ jobs, progress, signal }) => {
        const params = { folder: path.resolve(folder), settings };
        const run = await jobs.run('retrain', params, { signal, report: progress.report });
        return { text: trainText(run), document: trainDocument(run), done: true };
      });
    });
}
