import path from 'node:path';
import { Command } from 'commander';
import { comparisonDocument, comparisonText } from '../comparisonOutput';
import { json } from '../options';
import { perform, type Output } from '../perform';

export function compareCommand(): Command {
  return new Command('compare')
    .description(
      'hold two runs against each other: settings, measures, answers, and what changed in the dataset',
    )
    .argument('<before>', 'folder of a run')
    .argument('<after>', 'folder of another run')
    .addOption(json())
    .action((before: string, after: string, options: Output) =>
      perform(options, async ({ jobs, signal }) => {
        const params = { before: path.resolve(before), after: path.resolve(after) };
        const result = await jobs.run('compareRuns', params, { signal });
        return { text: comparisonText(result), document: comparisonDocument(result), done: true };
      }),
    );
}
