import path from 'node:path';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { isAbort, systemCode, toFailure } from '../base';
import { defaultCacheDirectory, defaultSettings, JobThread, type RetrainSettings } from '../jobs';
import {
  bottlenecksDocument,
  classifyDocument,
  errorDocument,
  evaluateDocument,
  trainDocument,
} from './documents';
import { ProgressLine } from './progressLine';
import { bottlenecksText, classifyText, evaluateText, printable, trainText } from './text';

/** Exit statuses. 130 is the shell's for SIGINT. */
const status = { done: 0, failed: 1, usage: 2, interrupted: 130 } as const;

interface Output {
  readonly json?: true;
}

interface Session {
  readonly jobs: JobThread;
  readonly progress: ProgressLine;
  readonly signal: AbortSignal;
}

/** What a command prints, and whether that counts as done. */
interface Outcome {
  readonly text: string;
  readonly document: object;
  readonly done: boolean;
}

/** Runs one command: its one result on standard output, everything else on standard error. */
async function perform({ json }: Output, command: (session: Session) => Promise<Outcome>): Promise<void> {
  const controller = new AbortController();
  const progress = new ProgressLine(process.stderr);
  const places = { assets: path.join(__dirname, '..', 'media'), cacheDirectory: defaultCacheDirectory() };
  const jobs = new JobThread(path.join(__dirname, 'worker.js'), places, (text) => process.stderr.write(text));
  const interrupt = () => controller.abort();
  // Once: where the batch in flight takes too long for a person, the second signal ends the process at once.
  process.once('SIGINT', interrupt);
  process.once('SIGTERM', interrupt);
  try {
    const outcome = await command({ jobs, progress, signal: controller.signal });
    progress.end();
    process.stdout.write(`${json ? JSON.stringify(outcome.document) : outcome.text}\n`);
    process.exitCode = outcome.done ? status.done : status.failed;
  } catch (error) {
    progress.end();
    if (isAbort(error)) {
      process.stderr.write('Interrupted. What was computed is kept.\n');
      process.exitCode = status.interrupted;
    } else {
      if (json) process.stdout.write(`${JSON.stringify(errorDocument(error))}\n`);
      process.stderr.write(`${printable(toFailure(error).message)}\n`);
      process.exitCode = status.failed;
    }
  } finally {
    await jobs.stop();
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
  }
}

function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^-?\d+$/.test(text) || value < least || value > most)
      throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
    return value;
  };
}

const json = () => new Option('--json', 'print one JSON document on standard output');
const runtime = () =>
  new Option('--runtime <id>', 'what executes the backbone')
    .choices(['auto', 'onnx', 'tensorflow'])
    .default(defaultSettings.runtime);
const backbone = () =>
  new Option(
    '--backbone <id>',
    'the frozen network; auto: with eight bits where the runtime has them',
  ).default(defaultSettings.backbone);
const share = (side: string, value: number) =>
  new Option(`--${side}-percentage <n>`, `share of the images kept for ${side}`)
    .argParser(wholeNumber(0, 90))
    .default(value);

type NetworkOptions = Pick<RetrainSettings, 'backbone' | 'runtime'>;

const program = new Command('retrain')
  .description('Retrains an image classifier on a folder of photos; nothing leaves this machine.')
  .exitOverride()
  .showHelpAfterError('(--help says more)');

program
  .command('train')
  .description('train a classifier on a folder whose subfolders are the classes')
  .argument('<folder>', 'the dataset')
  .addOption(backbone())
  .addOption(runtime())
  .addOption(
    new Option('--seed <n>', 'of the split and the training')
      .argParser(wholeNumber(0, 2 ** 32 - 1))
      .default(defaultSettings.seed),
  )
  .addOption(share('validation', defaultSettings.validationPercentage))
  .addOption(share('testing', defaultSettings.testingPercentage))
  .addOption(json())
  .action(async (folder: string, options: RetrainSettings & Output, command: Command) => {
    const { json: asJson, ...settings } = options;
    if (settings.validationPercentage + settings.testingPercentage > 90)
      command.error('error: the percentages of validation and testing may not exceed 90 together', {
        exitCode: status.usage,
      });
    await perform({ ...(asJson && { json: asJson }) }, async ({ jobs, progress, signal }) => {
      const params = { folder: path.resolve(folder), settings };
      const run = await jobs.run('retrain', params, { signal, report: progress.report });
      return { text: trainText(run), document: trainDocument(run), done: true };
    });
  });

program
  .command('bottlenecks')
  .description('compute and cache the bottleneck values of a folder')
  .argument('<folder>', 'the dataset')
  .addOption(backbone())
  .addOption(runtime())
  .addOption(json())
  .action((folder: string, { backbone, runtime, ...output }: NetworkOptions & Output) =>
    perform(output, async ({ jobs, progress, signal }) => {
      const params = { folder: path.resolve(folder), settings: { backbone, runtime } };
      const result = await jobs.run('bottlenecks', params, { signal, report: progress.report });
      return { text: bottlenecksText(result), document: bottlenecksDocument(result), done: true };
    }),
  );

program
  .command('classify')
  .description('name images with a run: the newest of the nearest dataset, or the one given')
  .argument('<image...>', 'images, or folders of images')
  .option('--run <dir>', 'folder of the run')
  .addOption(runtime())
  .addOption(json())
  .action((paths: string[], options: { run?: string; runtime: string } & Output) =>
    perform(options, async ({ jobs, progress, signal }) => {
      const run = options.run === undefined ? null : path.resolve(options.run);
      const params = { base: process.cwd(), paths, run, runtime: options.runtime };
      const result = await jobs.run('classify', params, { signal, report: progress.report });
      const done = result.answers.some(({ kind }) => kind === 'answered');
      return { text: classifyText(result), document: classifyDocument(result), done };
    }),
  );

program
  .command('evaluate')
  .description('measure a run on a labelled folder')
  .argument('<folder>', 'a folder whose subfolders are the classes')
  .requiredOption('--run <dir>', 'folder of the run')
  .addOption(runtime())
  .addOption(json())
  .action((folder: string, options: { run: string; runtime: string } & Output) =>
    perform(options, async ({ jobs, progress, signal }) => {
      const params = {
        folder: path.resolve(folder),
        run: path.resolve(options.run),
        runtime: options.runtime,
      };
      const result = await jobs.run('evaluate', params, { signal, report: progress.report });
      return { text: evaluateText(result), document: evaluateDocument(result), done: true };
    }),
  );

// A reader that has seen enough (`| head`) is no failure.
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error) => {
    if (systemCode(error) !== 'EPIPE') throw error;
  });

program.parseAsync().catch((error: unknown) => {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? status.done : status.usage;
    return;
  }
  process.stderr.write(`${printable(toFailure(error).message)}\n`);
  process.exitCode = status.failed;
});
