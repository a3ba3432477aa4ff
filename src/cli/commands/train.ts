import path from 'node:path';
import { Command, Option } from 'commander';
import { defaultSettings, type HeadChoice, type OptimizerChoice, type RetrainSettings } from '../../jobs';
import { importText } from '../cacheText';
import { trainDocument } from '../documents';
import { checkShares, json, settingOptions } from '../options';
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

type Options = Omit<RetrainSettings, 'head' | 'splitRule'> &
  RetrainPyFlags &
  Output & { readonly head: HeadChoice['kind']; readonly optimizer: OptimizerChoice['kind'] };

export function trainCommand(): Command {
  const command = new Command('train')
    .description('train a classifier on a folder whose subfolders are the classes')
    .argument('[folder]', 'the dataset')
    .addOption(
      new Option(
        '--head <name>',
        'what the last layer is: softmax, trained step by step; ridge, solved in closed form',
      )
        .choices(['softmax', 'ridge'])
        .default(defaultSettings.head.kind),
    );
  for (const option of [...settingOptions(), ...retrainPyOptions()]) command.addOption(option);
  return command.addOption(json()).action(train);
}

/** retrain.py's optimiser comes with its split. */
function trainingOf(
  options: Options,
  implied: boolean,
  imageDir: string,
): Pick<RetrainSettings, 'splitRule' | 'head'> {
  if (options.head === 'ridge') return { splitRule: defaultSettings.splitRule, head: { kind: 'ridge' } };
  if (implied || options.optimizer === 'retrain.py')
    return {
      splitRule: { kind: 'retrain.py', imageDir },
      head: { kind: 'softmax', optimizer: optimizerOf(options) },
    };
  return { splitRule: defaultSettings.splitRule, head: { kind: 'softmax', optimizer: { kind: 'l-bfgs' } } };
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
  checkShares(command, options);
  const named = command.getOptionValueSource('optimizer') !== 'default';
  const implied = !named && trainsAsRetrainPy(options);
  if (options.head === 'ridge' && (options.optimizer === 'retrain.py' || trainsAsRetrainPy(options)))
    wrong("--head ridge is solved in closed form: retrain.py's optimizer and its flags have no part in it");
  if (options.head === 'ridge' && options.summariesDir !== undefined)
    wrong('--head ridge has no curve that --summaries_dir could take');
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
    ...trainingOf(options, implied, given),
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
