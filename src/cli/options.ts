import path from 'node:path';
import { InvalidArgumentError, Option, type Command } from 'commander';
import {
  defaultSettings,
  headKinds,
  headTakesWeights,
  hiddenDefaults,
  settingNames,
  shortfalls,
  steppedDefaults,
  type Asserted,
  type JUnitOutput,
  type RejectSettings,
  type RetrainSettings,
  type SettingName,
  type SettingsChoice,
  type SettingValues,
} from '../jobs';
import { status } from './perform';

/** The options that several commands have. */

export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^-?\d+$/.test(text) || value < least || value > most)
      throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
    return value;
  };
}

function shareOfOne(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value <= 1))
    throw new InvalidArgumentError('It must be a number from 0 to 1, such as 0.9.');
  return value;
}

/** The options of a hidden layer alone, and those of the optimizers beside what retrain.py has. */
export const optimizerOptions = (): Option[] => [
  new Option('--hidden-units <n>', `hidden: units of the hidden layer (${hiddenDefaults.units})`).argParser(
    wholeNumber(1, 4096),
  ),
  new Option(
    '--training-passes <n>',
    `hidden: passes over the training images, at most (${hiddenDefaults.passes})`,
  ).argParser(wholeNumber(1, 100_000)),
  new Option(
    '--label-smoothing <share>',
    'share of the truth that all classes get alike, 0 to less than 1; not with retrain.py',
  ).argParser((text) => {
    const value = shareOfOne(text);
    if (value === 1) throw new InvalidArgumentError('It must be less than 1.');
    return value;
  }),
  new Option(
    '--early-stopping <n>',
    `adam, sgd, hidden: end after so many evaluations, or passes, without a better one on validation, 0: never (${steppedDefaults.adam.earlyStopping}, hidden ${hiddenDefaults.patience})`,
  ).argParser(wholeNumber(0, 10_000_000)),
];

export const json = () => new Option('--json', 'print one JSON document on standard output');
export const runtime = () =>
  new Option('--runtime <id>', 'what executes the backbone')
    .choices(['auto', 'onnx', 'tensorflow', 'wasm'])
    .default(defaultSettings.runtime);
export const backbone = () =>
  new Option(
    '--backbone <id>',
    'the frozen network; auto: with eight bits where the runtime has them',
  ).default(defaultSettings.backbone);

export const reject = () =>
  new Option(
    '--reject <share>',
    'say that it is unsure where the likeliest label is less likely, 0 to 1; by default as retrain.json has it',
  ).argParser(shareOfOne);

/** What `reject` gives. */
export interface RejectOptions {
  readonly reject?: number;
}

/** Stronger than what retrain.json says of it, which is looked for up to where the person stands. */
export function rejectChoice({ reject: said }: RejectOptions): SettingsChoice<RejectSettings> {
  return {
    settings: { reject: 0 },
    workspace: process.cwd(),
    ...(said !== undefined && { options: { reject: said } }),
  };
}

export const classWeights = () =>
  new Option(
    '--class-weights <rule>',
    'what counts as much as any other: every image (none), or every class (balanced)',
  ).choices(['none', 'balanced']);

/**
 * Ends the command with wrong usage where something said is empty, as is a variable of a script that was never set: a
 * path would mean the folder in which the command is started.
 */
export function refuseEmpty(command: Command): void {
  const said: [name: string, value: unknown][] = [
    ...command.registeredArguments.map((argument, i): [string, unknown] => [
      argument.name(),
      command.processedArgs[i],
    ]),
    ...command.options.map((option): [string, unknown] => [
      option.long ?? option.flags,
      command.getOptionValue(option.attributeName()),
    ]),
  ];
  // An empty title takes a run's title away.
  const empty = said.find(([name, value]) => name !== 'title' && [value].flat().includes(''));
  if (empty) command.error(`error: ${empty[0]} is empty`, { exitCode: status.usage });
}

/** For commands that train heads and keep none. */
export const head = () =>
  new Option('--head <name>', 'what is trained; by default as the settings of the dataset have it').choices(
    headKinds,
  );

/** Ends the command with wrong usage where weights are asked for with a head that takes none. */
export function refuseWeights(command: Command): void {
  if (command.getOptionValueSource('head') !== 'cli') return;
  const kind = headKinds.find((each) => each === command.getOptionValue('head'));
  if (kind && !headTakesWeights(kind) && command.getOptionValue('classWeights') === 'balanced')
    command.error(`error: --class-weights has no part in --head ${kind}, which fits no weights`, {
      exitCode: status.usage,
    });
}

/** @param of what it is the seed of */
export const seed = (of: string) =>
  new Option('--seed <n>', of).argParser(wholeNumber(0, 2 ** 32 - 1)).default(defaultSettings.seed);

/** What `backbone` and `runtime` give. */
export type NetworkOptions = Pick<RetrainSettings, 'backbone' | 'runtime'>;

const share = (side: string, value: number) =>
  new Option(`--${side}-percentage <n>`, `share of the images kept for ${side}`)
    .argParser(wholeNumber(0, 90))
    .default(value);

/** The options that come to RetrainSettings. */
export const settingOptions = (): Option[] => [
  backbone(),
  runtime(),
  seed('of the split and the training'),
  share('validation', defaultSettings.validationPercentage),
  share('testing', defaultSettings.testingPercentage),
];

/** Options whose name is not that of the setting they give. */
const otherNames: Partial<Record<SettingName, string>> = { trainingSteps: 'howManyTrainingSteps' };

/** The settings among the options of a command that the person has given: stronger than retrain.json. */
function givenSettings(command: Command): SettingValues {
  const given = new Map<SettingName, unknown>();
  for (const name of settingNames) {
    const option = otherNames[name] ?? name;
    if (command.getOptionValueSource(option) === 'cli') given.set(name, command.getOptionValue(option));
  }
  // retrain.py's split is for its own head, whatever retrain.json says of it.
  if ((given.get('head') ?? 'softmax') !== 'softmax') given.set('splitRule', 'content');
  return Object.fromEntries(given);
}

function checkShares(
  command: Command,
  { validationPercentage: validation = 0, testingPercentage: testing = 0 }: SettingValues,
): void {
  if (validation + testing > 90)
    command.error('error: the percentages of validation and testing may not exceed 90 together', {
      exitCode: status.usage,
    });
}

/**
 * What the settings of a job on a dataset come from; retrain.json is looked for up to where the person stands. Ends the
 * command with wrong usage where the options given leave too little to train on.
 */
export function settingsChoice(command: Command): Required<Omit<SettingsChoice<RetrainSettings>, 'implied'>> {
  const options = givenSettings(command);
  checkShares(command, options);
  return { settings: defaultSettings, workspace: process.cwd(), options };
}

export const assertAccuracy = () =>
  new Option('--assert-accuracy <share>', 'end with status 3 where the accuracy is below, 0 to 1').argParser(
    shareOfOne,
  );
export const assertRecall = () =>
  new Option(
    '--assert-recall <share>',
    'end with status 3 where the share of images named rightly of any one class is below, 0 to 1',
  ).argParser(shareOfOne);
export const junit = () =>
  new Option('--junit <file>', 'write a JUnit report: the accuracy, and the recall of each class');

/** What `assertAccuracy`, `assertRecall` and `junit` give. */
export interface AssertionOptions {
  readonly assertAccuracy?: number;
  readonly assertRecall?: number;
  readonly junit?: string;
}

function assertedBy({ assertAccuracy, assertRecall }: AssertionOptions): Asserted {
  return { accuracy: assertAccuracy ?? null, recall: assertRecall ?? null };
}

export function junitOutput(options: AssertionOptions): { junit?: JUnitOutput } {
  const { junit: file } = options;
  return file === undefined ? {} : { junit: { file: path.resolve(file), asserted: assertedBy(options) } };
}

/** What an outcome says of what was asserted; nothing where nothing was. */
export function assertion(
  measured: Parameters<typeof shortfalls>[0],
  options: AssertionOptions,
  run: Parameters<typeof shortfalls>[2],
): { shortfalls: ReturnType<typeof shortfalls>; document: object } {
  const asserted = assertedBy(options);
  const { accuracy, recall } = asserted;
  if (accuracy === null && recall === null) return { shortfalls: [], document: {} };
  const found = shortfalls(measured, asserted, run);
  const demanded = { ...(accuracy !== null && { accuracy }), ...(recall !== null && { recall }) };
  return { shortfalls: found, document: { assertion: { ...demanded, holds: found.length === 0 } } };
}
