import path from 'node:path';
import { Command } from 'commander';
import type { RetrainSettings } from '../../jobs';
import { trainDocument } from '../documents';
import { checkShares, json, settingOptions } from '../options';
import { perform, type Output } from '../perform';
import { trainText } from '../text';

export function trainCommand(): Command {
  const command = new Command('train')
    .description('train a classifier on a folder whose subfolders are the classes')
    .argument('<folder>', 'the dataset');
  for (const option of settingOptions()) command.addOption(option);
  return command.addOption(json()).action(async (folder: string, options: RetrainSettings & Output) => {
    const { json: asJson, ...settings } = options;
    checkShares(command, settings);
    await perform({ ...(asJson && { json: asJson }) }, async ({ jobs, progress, signal }) => {
      const params = { folder: path.resolve(folder), settings };
      const run = await jobs.run('retrain', params, { signal, report: progress.report });
      return { text: trainText(run), document: trainDocument(run), done: true };
    });
  });
}
