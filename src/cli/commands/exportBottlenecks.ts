import path from 'node:path';
import { Command } from 'commander';
import { exportText } from '../cacheText';
import { exportDocument } from '../cacheDocuments';
import { backbone, json, runtime, settingsChoice, type NetworkOptions } from '../options';
import { perform, type Output } from '../perform';

type Options = NetworkOptions & Output & { readonly to: string };

export function exportBottlenecksCommand(): Command {
  return new Command('export-bottlenecks')
    .description("write the bottleneck values of a dataset as retrain.py's text files")
    .argument('<folder>', 'the dataset')
    .requiredOption('--to <dir>', 'where <label>/<image>_<backbone>.txt are written')
    .addOption(backbone())
    .addOption(runtime())
    .addOption(json())
    .action((folder: string, { to, ...output }: Options, command: Command) =>
      perform(output, async ({ jobs, progress, signal }) => {
        const params = {
          folder: path.resolve(folder),
          to: path.resolve(to),
          ...settingsChoice(command),
        };
        const result = await jobs.run('exportBottlenecks', params, { signal, report: progress.report });
        return { text: exportText(result), document: exportDocument(result), done: true };
      }),
    );
}
