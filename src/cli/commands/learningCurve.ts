import path from 'node:path';
import { Command, Option } from 'commander';
import { mostRepeats } from '../../protocol';
import { learningCurveDocument, learningCurveText } from '../learningCurveOutput';
import {
  backbone,
  classWeights,
  head,
  json,
  refuseWeights,
  runtime,
  seed,
  settingsChoice,
  wholeNumber,
} from '../options';
import { perform, type Output } from '../perform';

type Options = Output & { readonly repeats?: number };

export function learningCurveCommand(): Command {
  const command = new Command('learning-curve')
    .description('would more images help? trains on 10 to 100 % of them and forecasts twice as many')
    .argument('<folder>', 'a folder whose subfolders are the classes')
    .addOption(
      new Option(
        '--repeats <n>',
        'how often the images are dealt out anew (1 with thousands of them, else more)',
      ).argParser(wholeNumber(1, mostRepeats)),
    )
    .addOption(backbone())
    .addOption(runtime())
    .addOption(seed('of the folds and the training'));
  return command
    .addOption(head())
    .addOption(classWeights())
    .addOption(json())
    .action(async (folder: string, { json: asJson, repeats }: Options) => {
      refuseWeights(command);
      const choice = settingsChoice(command);
      await perform({ ...(asJson && { json: asJson }) }, async ({ jobs, progress, signal }) => {
        const subject = { kind: 'dataset', folder: path.resolve(folder), ...choice } as const;
        const result = await jobs.run(
          'learningCurve',
          { subject, repeats: repeats ?? null },
          { signal, report: progress.report },
        );
        return { text: learningCurveText(result), document: learningCurveDocument(result), done: true };
      });
    });
}
