import { Command } from 'commander';
import { doctorDocument } from '../documents';
import { json } from '../options';
import { perform, type Output } from '../perform';
import { printable } from '../text';

export function doctorCommand(): Command {
  return new Command('doctor')
    .description('say what this machine has and lacks: runtimes, processor, backbones, folders')
    .addOption(json())
    .action((output: Output) =>
      perform(output, async ({ jobs, signal }) => {
        const { diagnostics, text } = await jobs.run('doctor', {}, { signal });
        const lines = text.split('\n').map(printable).join('\n');
        return { text: lines, document: doctorDocument(diagnostics), done: diagnostics.auto !== null };
      }),
    );
}
