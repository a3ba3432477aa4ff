import path from 'node:path';
import { Command, Option } from 'commander';
import { defaultSettings, type RetrainSettings, type SettingValues } from '../../jobs';
import { importText } from '../cacheText';
import { trainDocument } from '../documents';
import {
  assertAccuracy,
  assertion,
  backbone,
  json,
  junit,
  junitOutput,
  runtime,
  settingsChoice,
  wholeNumber,
  type AssertionOptions,
} from '../options';
import { perform, status, type Output } from '../perform';
import {
  flagNotes,
  moduleOf,
  outputsOf,
  retrainPyOptions,
  trainsAsRetrainPy,
  type RetrainPyFlags,
} from '../retrainPyFlags';
import { trainText } from '../text';

type Options = Omit<RetrainSettings, 'optimizer' | 'splitRule'> &
  RetrainPyFlags &
  AssertionOptions &
  Output & { readonly optimizer: RetrainSettings['optimizer']['kind'] };

const share = (side: string, value: number) =>
  new Option(`--${side}-percentage <n>`, `share of the images kept for ${side}`)
    .argParser(wholeNumber(0, 90))
    .default(value);

export function trainCommand(): Command {
  const command = new Command('train')
    .description('train a classifier on a folder whose subfolders are the classes')
    .argument('[folder]', 'the dataset')
    .addOption(backbone())
    .addOption(runtime())
    .addOption(
      new Option('--seed <n>', 'of the split and the training')
        .argParser(wholeNumber(0, 2 ** 32 - 1))
        .default(defaultSettings.seed),
    )
    .addOption(share('validation', defaultSettings.validationPercentage))
    .addOption(share('testing', defaultSettings.testingPercentage));
  for (const option of retrainPyOptions()) command.addOption(option);
  return command.addOption(assertAccuracy()).addOption(junit()).addOption(json()).action(train);
}

async function train(
  argument: string | undefined,
  { json: asJson, ...options }: Options,
  command: Command,
): Promise<void> {
  const wrong = (text: string): never => command.error(`error: ${text}`, { exitCode: status.usage });
  const given = argument ?? options.imageDir;
  if (given === undefined || (argument !== undefined && options.imageDir !== undefined))
    return wrong('name the dataset once, as <folder> or with --image_dir');
  const choice = settingsChoice(command);
  const { validationPercentage: validation = 0, testingPercentage: testing = 0 } = choice.options ?? {};
  if (validation + testing > 90)
    wrong('the percentages of validation and testing may not exceed 90 together');
  const named = command.getOptionValueSource('optimizer') !== 'default';
  const implied = !named && trainsAsRetrainPy(options);
  if (named && options.optimizer === 'l-bfgs' && trainsAsRetrainPy(options))
    wrong('steps, rate, batch sizes and --keep belong to --optimizer retrain.py');
  for (const note of flagNotes(options, implied)) process.stderr.write(`note: ${note}\n`);

  const folder = path.resolve(given);
  const module = moduleOf(options);
  const settings: SettingValues = {
    ...choice.options,
    ...(module !== undefined && { backbone: module }),
    ...(options.imageDir !== undefined && { imageDir: given }),
    ...((named || implied) && trainingSettings(implied ? 'retrain.py' : options.optimizer, given)),
  };
  const misclassified = options.printMisclassifiedTestImages ?? false;
  await perform({ ...(asJson && { json: asJson }) }, async ({ jobs, progress, signal }) => {
    if (options.bottleneckDir !== undefined && module !== undefined) {
      const texts = { from: path.resolve(options.bottleneckDir), folder, module };
      const imported = await jobs.run('importBottlenecks', texts, { signal, report: progress.report });
      process.stderr.write(`${importText(imported)}\n`);
    }
    const outputs = { ...outputsOf(options), ...junitOutput(options) };
    const params = { ...choice, folder, options: settings, outputs };
    const run = await jobs.run('retrain', params, { signal, report: progress.report });
    const asserted = assertion(run.evaluation, options, run.name);
    return {
      text: trainText(run, misclassified),
      document: { ...trainDocument(run, misclassified), ...asserted.document },
      done: true,
      shortfall: asserted.shortfall,
    };
  });
}

/** The optimizer that a person names decides the split too: retrain.py's by the path of the dataset as they gave it. */
function trainingSettings(optimizer: Options['optimizer'], given: string): SettingValues {
  return optimizer === 'retrain.py'
    ? { optimizer, splitRule: 'retrain.py', imageDir: given }
    : { optimizer, splitRule: 'content' };
}
