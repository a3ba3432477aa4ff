import path from 'node:path';
import { Command } from 'commander';
import { json, junit, junitOutput, type AssertionOptions } from '../options';
import { perform, status, type Output } from '../perform';
import { outputsOf, writtenOptions, type RetrainPyFlags } from '../retrainPyFlags';
import { printable } from '../text';

type Options = RetrainPyFlags & Pick<AssertionOptions, 'junit'> & Output;

export function exportCommand(): Command {
  const command = new Command('export')
    .description('write of a run that is there what its training could have written besides')
    .argument('<run>', 'folder of the run');
  for (const option of writtenOptions()) command.addOption(option);
  return command.addOption(junit()).addOption(json()).action(exportRun);
}

async function exportRun(name: string, options: Options, command: Command): Promise<void> {
  const { outputLabels, savedModelDir, summariesDir, junit: report } = options;
  const asked = [outputLabels, savedModelDir, summariesDir, report].filter((one) => one !== undefined);
  if (asked.length === 0)
    command.error(
      'error: say what is written: --output_labels, --saved_model_dir, --summaries_dir or --junit',
      { exitCode: status.usage },
    );
  const run = path.resolve(name);
  const written = asked.map((file) => path.resolve(file));
  await perform(options, async ({ jobs, signal }) => {
    await jobs.run(
      'exportRun',
      { run, outputs: { ...outputsOf(options), ...junitOutput(options) } },
      { signal },
    );
    const text = `Written:\n${written.map(printable).join('\n')}`;
    return { text, document: { format: 1, run, written }, done: true };
  });
}
