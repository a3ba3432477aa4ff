import path from 'node:path';
import { Command, Option } from 'commander';
import { defaultSettings, type RetrainSettings } from '../../jobs';
import { importText } from '../cacheText';
import { trainDocument } from '../documents';
import { backbone, json, runtime, wholeNumber } from '../options';
import { perform, status, type Output } from '../perform';
import {
  distortionsIn,
  flagNotes,
  moduleOf,
  optimizerOf,
  outputsOf,
  retrainPyOptions,
  trainsAsRetrainPy,
  type RetrainPyFlags,
} from '../retrainPyFlags';
import { trainText } from '../text';

type Options = Omit<RetrainSettings, 'optimizer' | 'splitRule'> &
  RetrainPyFlags &
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
  return command.addOption(json()).action(train);
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
  if (options.validationPercentage + options.testingPercentage > 90)
    wrong('the percentages of validation and testing may not exceed 90 together');
  const named = command.getOptionValueSource('optimizer') !== 'default';
  const implied = !named && trainsAsRetrainPy(options);
  if (named && options.optimizer === 'l-bfgs' && trainsAsRetrainPy(options))
    wrong('steps, rate, batch sizes and --keep belong to --optimizer retrain.py');
  const distortions = distortionsIn(options);
  if (options.views !== undefined && distortions === undefined)
    wrong(
      '--views needs a distortion: --flip_left_right, --random_crop, --random_scale or --random_brightness',
    );
  for (const note of flagNotes(options, implied)) process.stderr.write(`note: ${note}\n`);

  const folder = path.resolve(given);
  const settings: RetrainSettings = {
    backbone: moduleOf(options) ?? options.backbone,
    runtime: options.runtime,
    seed: options.seed,
    validationPercentage: options.validationPercentage,
    testingPercentage: options.testingPercentage,
    ...(implied || options.optimizer === 'retrain.py'
      ? { splitRule: { kind: 'retrain.py', imageDir: given }, optimizer: optimizerOf(options) }
      : { splitRule: defaultSettings.splitRule, optimizer: defaultSettings.optimizer }),
    ...(distortions && { distortions }),
  };
  const misclassified = options.printMisclassifiedTestImages ?? false;
  await perform({ ...(asJson && { json: asJson }) }, async ({ jobs, progress, signal }) => {
    const module = moduleOf(options);
    if (options.bottleneckDir !== undefined && module !== undefined) {
      const texts = { from: path.resolve(options.bottleneckDir), folder, module };
      const imported = await jobs.run('importBottlenecks', texts, { signal, report: progress.report });
      process.stderr.write(`${importText(imported)}\n`);
    }
    const params = { folder, settings, outputs: outputsOf(options) };
    const run = await jobs.run('retrain', params, { signal, report: progress.report });
    return { text: trainText(run, misclassified), document: trainDocument(run, misclassified), done: true };
  });
}
