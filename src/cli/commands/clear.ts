import path from 'node:path';
import { Command } from 'commander';
import { clearText, sizeText } from '../cacheText';
import { cacheSizeDocument, clearDocument } from '../cacheDocuments';
import { json } from '../options';
import { perform, type Output } from '../perform';
import { printable } from '../text';

type Options = { readonly yes?: true; readonly force?: boolean } & Output;

export function clearCommand(): Command {
  return new Command('clear')
    .description(
      'remove the cached values of a dataset; runs and split stay, the next run computes all again',
    )
    .argument('<folder>', 'the dataset, or its .bottlenecks folder')
    .option('--yes', 'do it; without this, only say how much there is')
    .option('--force', 'also while another process writes to the cache')
    .addOption(json())
    .action(async (name: string, { yes, force = false, ...output }: Options) => {
      const folder = path.resolve(name);
      await perform(output, async ({ jobs, signal }) => {
        if (yes) {
          const result = await jobs.run('clearBottlenecks', { folder, force }, { signal });
          return { text: clearText(result), document: clearDocument(result), done: true };
        }
        const { rows, files, bytes } = await jobs.run('measureBottlenecks', { folder }, { signal });
        const text = `${printable(folder)} has ${rows} rows of bottleneck values, ${files} files, ${sizeText(bytes)}. Nothing was removed; say --yes to remove them.`;
        return { text, document: cacheSizeDocument({ rows, files, bytes }), done: false };
      });
    });
}
