import { readdirSync } from 'node:fs';
import path from 'node:path';
import { Command, Option } from 'commander';
import { systemCode, toFailure } from '../../base';
import {
  defaultSettings,
  headKinds,
  mostViews,
  type HeadChoice,
  type OptimizerChoice,
  type RunView,
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
import { perform, status, type Outcome, type Output, type Session } from '../perform';
import {
  contradicts,
  flagNotes,
  hiddenHasNot,
  moduleOf,
  onlyRetrainPyHas,
  outputsOf,
  retrainPyOptions,
  trainsAsRetrainPy,
  type RetrainPyFlags,
} from '../retrainPyFlags';
import { standInFor } from '../standIn';
import { isRetrainPy, printable } from '../text';
import { continueTraining, onlyContinues } from './continueTraining';
import { trained, withoutSnapshots } from './trained';

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
  const head = command.getOptionValueSource('head') === 'default' ? undefined : options.head;
  const implied = !named && head !== 'hidden' && trainsAsRetrainPy(options);
  const stepped = head === undefined || head === 'softmax';
  const asRetrainPy = implied || options.optimizer === 'retrain.py';
  const steers = (choice.options?.labelSmoothing ?? 0) > 0 || (choice.options?.earlyStopping ?? 0) > 0;
  if (head === 'hidden' && (named || hiddenHasNot(options)))
    wrong('--head hidden: of the flags of optimizers it has --learning-rate and --train-batch-size alone');
  if (!stepped && head !== 'hidden' && (named || steers || trainsAsRetrainPy(options)))
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
  for (const note of flagNotes(options)) process.stderr.write(`note: ${note}\n`);

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
  const work = async (session: Session): Promise<Outcome> => {
    const { jobs, progress, signal, stop } = session;
    const imported = await importAsked(options, folder, session);
    // Asked before: what is wrong with retrain.json is no reason to lose a training.
    const asked = { ...rejectChoice(options), folder };
    const { reject: threshold } = await jobs.run('readReject', asked, { signal });
    const outputs = { ...outputsOf(options), ...junitOutput(options) };
    const params = { ...choice, folder, ...(asTheirs && { implied: asTheirs }), outputs };
    const trainOn = (backbone: SettingValues): Promise<RunView> =>
      jobs.run(
        'retrain',
        { ...params, options: { ...settings, ...backbone } },
        { signal, stop, report: progress.report },
      );
    const run = await trainOn({}).catch((error: unknown) => {
      const standIn = standInFor(module ?? '');
      if (standIn === undefined || toFailure(error).code !== 'BACKBONE_UNKNOWN') throw error;
      // No values of it were imported either.
      progress.say(`note: ${printable(module ?? '')}: ${standIn.note}`);
      return trainOn({ backbone: standIn.id });
    });
    // Known only now: retrain.json may name another training that has these flags.
    if (implied && isRetrainPy(run.training))
      progress.say(
        'note: trained as retrain.py does, on its split: --optimizer retrain.py follows from the flags given',
      );
    for (const note of withoutSnapshots(run, options)) progress.say(note);
    for (const note of notesOn(run, options, imported)) progress.say(`note: ${note}`);
    return trained(run, options, threshold);
  };
  await perform(output, work, { stopsTraining: true });
}

/** Imports the text files that are named beside their module. The ids of the backbones they are of. */
async function importAsked(
  options: Options,
  folder: string,
  { jobs, progress, signal }: Session,
): Promise<string[]> {
  const { bottleneckDir: from } = options;
  const module = moduleOf(options);
  if (from === undefined || module === undefined) return [];
  if (isEmpty(from)) {
    progress.say(
      `note: --bottleneck_dir: ${printable(from)} holds no values yet; they are kept in the .bottlenecks of the dataset`,
    );
    return [];
  }
  const texts = { from: path.resolve(from), folder, module };
  const imported = await jobs.run('importBottlenecks', texts, { signal, report: progress.report });
  progress.say(importText(imported));
  return imported.modules.map(({ id }) => id);
}

/** Where a run is not what its flags let expect. @param imported the ids of the backbones whose values were imported */
function notesOn({ training, backbone }: RunView, options: Options, imported: readonly string[]): string[] {
  const notes: string[] = [];
  if (options.summariesDir !== undefined && !('curve' in training))
    notes.push(`--summaries_dir: a head of the kind ${training.kind} has no curve, nothing was written`);
  if ((training.distortions?.views ?? mostViews) < (options.views ?? 0))
    notes.push('--views: flips alone make one view of an image, its mirror');
  if (imported.length > 0 && !imported.includes(backbone.id))
    notes.push(
      `--bottleneck_dir: ${backbone.id} is a backbone of this machine and was trained on with its own values; --backbone ${imported.join(' or ')} trains on the imported ones`,
    );
  return notes;
}

/** True for a folder that is empty, or not there: retrain.py makes it. */
function isEmpty(folder: string): boolean {
  try {
    return readdirSync(folder).length === 0;
  } catch (error) {
    return systemCode(error) === 'ENOENT';
  }
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
