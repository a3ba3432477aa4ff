import path from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { headKinds, type HeadKind } from '../../jobs';
import { headFolds, mostRepeats, usuallyCompared } from '../../protocol';
import { crossValidationDocument, crossValidationText } from '../crossValidationOutput';
import { backbone, classWeights, json, runtime, seed, settingsChoice, wholeNumber } from '../options';
import { perform, type Output } from '../perform';

interface Options extends Output {
  readonly heads: readonly HeadKind[];
  readonly folds: number;
  readonly repeats: number;
}

function parseHeads(text: string): HeadKind[] {
  const heads = text.split(',').map((name) => {
    const found = headKinds.find((kind) => kind === name.trim());
    if (found === undefined) throw new InvalidArgumentError(`They are ${headKinds.join(', ')}.`);
    return found;
  });
  return [...new Set(heads)];
}

export function crossValidateCommand(): Command {
  return new Command('cross-validate')
    .description('which head is best? answers every image by heads that were not trained on it')
    .argument('<folder>', 'a folder whose subfolders are the classes')
    .addOption(
      new Option('--heads <names>', `some of ${headKinds.join(', ')}`)
        .argParser(parseHeads)
        .default([...usuallyCompared], `all but hidden, which takes longest`),
    )
    .addOption(
      new Option('--folds <n>', 'parts of the dataset, each answered by heads of the others')
        .argParser(wholeNumber(2, 100))
        .default(headFolds),
    )
    .addOption(
      new Option('--repeats <n>', 'how often the images are dealt out anew')
        .argParser(wholeNumber(1, mostRepeats))
        .default(1),
    )
    .addOption(seed('of the folds and the training'))
    .addOption(backbone())
    .addOption(runtime())
    .addOption(classWeights())
    .addOption(json())
    .action(async (folder: string, { heads, folds, repeats, ...output }: Options, command: Command) => {
      const choice = settingsChoice(command);
      await perform(output, async ({ jobs, progress, signal }) => {
        const subject = { kind: 'dataset', folder: path.resolve(folder), ...choice } as const;
        const params = { subject, heads, folds, repeats };
        const result = await jobs.run('crossValidateHeads', params, { signal, report: progress.report });
        return {
          text: crossValidationText(result),
          document: crossValidationDocument(result),
          done: true,
        };
      });
    });
}
