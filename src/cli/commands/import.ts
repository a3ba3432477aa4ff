import path from 'node:path';
import { Command } from 'commander';
import { importText } from '../cacheText';
import { importDocument } from '../cacheDocuments';
import { json } from '../options';
import { perform, type Output } from '../perform';

type Options = Output & { readonly imageDir: string; readonly module?: string };

export function importCommand(): Command {
  return new Command('import')
    .description("take the bottleneck values of retrain.py's text files into the cache of a dataset")
    .argument('<bottleneck_dir>', 'the folder that retrain.py was given as --bottleneck_dir')
    .requiredOption('--image-dir <dir>', 'the dataset that they are of')
    .option('--module <name>', 'only the values of this module; its URL, or as in the names of the files')
    .addOption(json())
    .action((bottleneckDir: string, { imageDir, module, ...output }: Options) =>
      perform(output, async ({ jobs, progress, signal }) => {
        const params = {
          from: path.resolve(bottleneckDir),
          folder: path.resolve(imageDir),
          module: module ?? null,
        };
        const result = await jobs.run('importBottlenecks', params, { signal, report: progress.report });
        return { text: importText(result), document: importDocument(result), done: true };
      }),
    );
}
