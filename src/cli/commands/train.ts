import path from 'node:path';
import { Command, Option } from 'commander';
import {
  defaultSettings,
  headKinds,
  type HeadChoice,
  type OptimizerChoice,
  type SettingValues,
} from '../../jobs';
import { importText } from '../cacheText';
import {
  assertAccuracy,
  assertRecall,
  classWeights,
  json,
  junit,
  junitOutput,
  optimizerOptions,
  refuseWeights,
  reject,
  rejectChoice,
  settingOptions,
  settingsChoice,
  type AssertionOptions,
  type RejectOptions,
} from '../options';
import { perform, status, type Output } from '../perform';
import {
  contradicts,
  flagNotes,
  moduleOf,
  onlyRetrainPyHas,
  outputsOf,
  retrainPyOptions,
  trainsAsRetrainPy,
  type RetrainPyFlags,
} from '../retrainPyFlags';
import { continueTraining, onlyContinues } from './continueTraining';
import { trained } from './trained';

type Options = RetrainPyFlags &
  AssertionOptions &
  RejectOptions &
  Output & {
    readonly head: HeadChoice['kind'];
    readonly optimizer: OptimizerChoice['kind'];
    readonly regularisation?: 'fixed' | 'validation';
    readonly classWeights?: 'none' | 'balanced';
    readonly continue?: string;
    readonly runtime?: string;
  };

export function trainCommand(): Command {
  const command = new Command('train')
    .description('train a classifier on a folder whose subfolders are the classes')
    .argument('[folder]', 'the dataset')
    .addOption(
      new Option(
        '--head <name>',
        'what the last layer is: softmax or hidden (one hidden layer), trained step by step; ridge, solved in closed form; neighbours, the most alike images vote; centroid, the nearest class mean',
      )
        .choices(headKinds)
        .default(defaultSettings.head.kind),
    );
  command.addOption(
    new Option(
      '--regularisation <rule>',
      'of softmax by l-bfgs: under one penalty (fixed), or the best of four on validation (validation)',
    ).choices(['fixed', 'validation']),
  );
  command.addOption(classWeights());
  command.addOption(
    new Option('--continue <run>', 'go on with the training of a run, under its settings: its folder'),
  );
  for (const option of [...settingOptions(), ...optimizerOptions(), ...retrainPyOptions()])
    command.addOption(option);
  return command
    .addOption(reject())
    .addOption(assertAccuracy())
    .addOption(assertRecall())
    .addOption(junit())
    .addOption(json())
    .action(train);
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
  const output = { ...(asJson && { json: asJson }) };
  if (options.continue !== undefined) {
    const other = onlyContinues(command);
    if (other !== undefined)
      wrong(`${other} cannot be said with --continue, which keeps the settings of the run`);
    return continueTraining(given, options.continue, options, output);
  }
  const choice = settingsChoice(command);
  const named = command.getOptionValueSource('optimizer') !== 'default';
  const implied = !named && trainsAsRetrainPy(options);
  const head = command.getOptionValueSource('head') === 'default' ? undefined : options.head;
  const stepped = head === undefined || head === 'softmax';
  const asRetrainPy = implied || options.optimizer === 'retrain.py';
  const steers = (choice.options?.labelSmoothing ?? 0) > 0 || (choice.options?.earlyStopping ?? 0) > 0;
  if (!stepped && (named || steers || trainsAsRetrainPy(options)))
    wrong(`--head ${head}: optimizers and their flags have no part in it, they train a softmax head`);
  if ((head === 'neighbours' || head === 'centroid') && options.summariesDir !== undefined)
    wrong(`--head ${head} has no curve that --summaries_dir could take`);
  if (
    options.regularisation !== undefined &&
    (!stepped || asRetrainPy || (named && options.optimizer !== 'l-bfgs'))
  )
    wrong('--regularisation is for --head softmax and --optimizer l-bfgs alone');
  refuseWeights(command);
  if (named && contradicts(options, options.optimizer))
    wrong(
      options.optimizer === 'l-bfgs'
        ? 'steps, rate and batch sizes belong to the optimizers adam, sgd and retrain.py'
        : '--validation-batch-size and --keep belong to --optimizer retrain.py',
    );
  if (options.classWeights === 'balanced' && asRetrainPy)
    wrong("--class-weights has no part in retrain.py's training");
  for (const note of flagNotes(options, implied)) process.stderr.write(`note: ${note}\n`);

  const folder = path.resolve(given);
  const module = moduleOf(options);
  const asTheirs = implied ? retrainPyTraining(given) : undefined;
  const settings: SettingValues = {
    ...choice.options,
    ...(module !== undefined && { backbone: module }),
    ...(options.imageDir !== undefined && { imageDir: given }),
    ...(named && stepped && trainingSettings(options.optimizer, given)),
    ...(onlyRetrainPyHas(options) && asTheirs),
  };
  const work: Parameters<typeof perform>[1] = async ({ jobs, progress, signal, stop }) => {
    if (options.bottleneckDir !== undefined && module !== undefined) {
      const texts = { from: path.resolve(options.bottleneckDir), folder, module };
      const imported = await jobs.run('importBottlenecks', texts, { signal, report: progress.report });
      process.stderr.write(`${importText(imported)}\n`);
    }
    // Asked before: what is wrong with retrain.json is no reason to lose a training.
    const { reject: threshold } = await jobs.run(
      'readReject',
      { ...rejectChoice(options), folder },
      { signal },
    );
    const outputs = { ...outputsOf(options), ...junitOutput(options) };
    const params = { ...choice, folder, options: settings, ...(asTheirs && { implied: asTheirs }), outputs };
    const run = await jobs.run('retrain', params, { signal, stop, report: progress.report });
    if (options.summariesDir !== undefined && !('curve' in run.training))
      process.stderr.write(
        `note: --summaries_dir: a head of the kind ${run.training.kind} has no curve, nothing was written\n`,
      );
    return trained(run, options, threshold);
  };
  await perform(output, work, { stopsTraining: true });
}

/** The optimizer that a person names decides head and split too, whatever retrain.json says of them. */
function trainingSettings(optimizer: Options['optimizer'], imageDir: string): SettingValues {
  return optimizer === 'retrain.py'
    ? retrainPyTraining(imageDir)
    : { head: 'softmax', optimizer, splitRule: 'content' };
}

/** retrain.py splits by the path of the dataset as the person gave it. */
function retrainPyTraining(imageDir: string): SettingValues {
  return { head: 'softmax', optimizer: 'retrain.py', splitRule: 'retrain.py', imageDir };
}
