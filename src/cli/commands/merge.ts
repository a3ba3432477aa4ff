import path from 'node:path';
import { Command } from 'commander';
import { mergeText } from '../cacheText';
import { mergeDocument } from '../cacheDocuments';
import { json } from '../options';
import { perform, status, type Output } from '../perform';

export function mergeCommand(): Command {
  return new Command('merge')
    .description('unite caches that were computed apart: what is right in each <from> goes into <into>')
    .usage('[options] <from>... <into>')
    .argument('<folder...>', 'datasets or .bottlenecks folders; into the last one')
    .addOption(json())
    .action(async (folders: string[], output: Output, command: Command) => {
      const from = folders.map((folder) => path.resolve(folder));
      const into = from.pop();
      if (into === undefined || from.length === 0)
        return command.error('error: name at least one folder to take from and one to put into', {
          exitCode: status.usage,
        });
      await perform(output, async ({ jobs, progress, signal }) => {
        const result = await jobs.run('merge', { from, into }, { signal, report: progress.report });
        return { text: mergeText(result), document: mergeDocument(result), done: true };
      });
    });
}
