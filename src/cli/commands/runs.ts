import { stat } from 'node:fs/promises';
import path from 'node:path';
import { Command } from 'commander';
import { RetrainError } from '../../base';
import { defaultSettings, type RunTitle } from '../../jobs';
import { json } from '../options';
import { perform, type Output } from '../perform';
import { restoredText, runsDocument, runsText, titleText } from '../runsOutput';
import { printable } from '../text';

/** `retrain runs <folder>` is `retrain runs list <folder>`. */
export function runsCommand(): Command {
  const command = new Command('runs').description(
    'list, name, pin and delete the runs of a dataset, restore their settings',
  );
  command.addCommand(listCommand(), { isDefault: true });
  for (const part of [
    renameCommand(),
    pinCommand('pin'),
    pinCommand('unpin'),
    restoreCommand(),
    deleteCommand(),
  ])
    command.addCommand(part);
  return command;
}

function listCommand(): Command {
  return new Command('list')
    .description('list the runs of a dataset, those that are pinned first, then the newest')
    .argument('<folder>', 'the dataset')
    .addOption(json())
    .action((name: string, options: Output) =>
      perform(options, async ({ jobs, signal }) => {
        const folder = path.resolve(name);
        const result = await jobs.run('summariseRuns', { folder }, { signal });
        if (result.runs.length + result.damaged.length === 0) await checkFolder(folder);
        return { text: runsText(folder, result), document: runsDocument(result), done: true };
      }),
    );
}

/** A read-only dataset keeps its runs elsewhere, so it may have some and be gone. @throws FOLDER_NOT_FOUND */
async function checkFolder(folder: string): Promise<void> {
  const stats = await stat(folder).catch(() => undefined);
  if (stats?.isDirectory() !== true) throw new RetrainError('FOLDER_NOT_FOUND', { path: folder });
}

function renameCommand(): Command {
  return new Command('rename')
    .description('give a run a title, or without one take it away; its folder keeps its name')
    .argument('<run>', 'folder of the run')
    .argument('[title]', 'what it is called')
    .addOption(json())
    .action((name: string, title: string | undefined, options: Output) =>
      changeTitle(name, { title: title ?? null }, options),
    );
}

function pinCommand(kind: 'pin' | 'unpin'): Command {
  return new Command(kind)
    .description(kind === 'pin' ? 'list a run above the others' : 'list a run among the others again')
    .argument('<run>', 'folder of the run')
    .addOption(json())
    .action((name: string, options: Output) => changeTitle(name, { pinned: kind === 'pin' }, options));
}

function changeTitle(name: string, change: Partial<RunTitle>, options: Output): Promise<void> {
  const run = path.resolve(name);
  return perform(options, async ({ jobs, signal }) => {
    const title = await jobs.run('titleRun', { run, ...change }, { signal });
    return { text: titleText(run, title), document: { format: 1, run, ...title }, done: true };
  });
}

function restoreCommand(): Command {
  return new Command('restore')
    .description(
      "have the dataset's retrain.json say what a run was made with, all but the runtime; where there is none, one is made",
    )
    .argument('<run>', 'folder of the run')
    .addOption(json())
    .action((name: string, options: Output) => {
      const run = path.resolve(name);
      return perform(options, async ({ jobs, signal }) => {
        const asked = { run, workspace: process.cwd(), settings: defaultSettings };
        const restored = await jobs.run('writeRunSettings', asked, { signal });
        return { text: restoredText(run, restored), document: { format: 1, run, ...restored }, done: true };
      });
    });
}

function deleteCommand(): Command {
  return new Command('delete')
    .description('delete runs for good; photos, values and other runs stay')
    .argument('<runs...>', 'folders of runs')
    .option('--yes', 'do it; without this, only say what would be deleted')
    .addOption(json())
    .action((names: string[], { yes, ...options }: Output & { readonly yes?: true }) => {
      const runs = [...new Set(names.map((name) => path.resolve(name)))];
      return perform(options, async ({ jobs, signal }) => {
        const deleted: string[] = [];
        if (yes)
          for (const run of runs) {
            await jobs.run('deleteRun', { run }, { signal });
            deleted.push(run);
          }
        const shown = runs.map(printable).join('\n');
        const text = yes
          ? `Deleted:\n${shown}`
          : `Nothing was deleted; say --yes to delete for good:\n${shown}`;
        return { text, document: { format: 1, deleted }, done: yes === true };
      });
    });
}
