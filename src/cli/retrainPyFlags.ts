import path from 'node:path';
import { InvalidArgumentError, Option } from 'commander';
import {
  defaultViews,
  hiddenDefaults,
  mostViews,
  retrainPyDefaults,
  steppedDefaults,
  type OptimizerChoice,
  type TrainingOutputs,
} from '../jobs';
import { wholeNumber } from './options';

/** What the flags of TensorFlow's retrain.py give; docs/retrain-py.md has them one by one. */
export interface RetrainPyFlags {
  readonly imageDir?: string;
  readonly howManyTrainingSteps?: number;
  readonly learningRate?: number;
  readonly trainBatchSize?: number;
  readonly validationBatchSize?: number;
  readonly testBatchSize?: number;
  readonly evalStepInterval?: number;
  readonly keep?: 'best' | 'last';
  readonly printMisclassifiedTestImages?: true;
  readonly tfhubModule?: string;
  readonly architecture?: string;
  readonly bottleneckDir?: string;
  readonly finalTensorName?: string;
  readonly outputLabels?: string;
  readonly outputGraph?: string;
  readonly savedModelDir?: string;
  readonly summariesDir?: string;
  readonly intermediateStoreFrequency?: number;
  readonly intermediateOutputGraphsDir?: string;
  readonly checkpointPath?: string;
  readonly modelDir?: string;
  readonly loggingVerbosity?: string;
  readonly flipLeftRight?: boolean;
  readonly randomCrop?: number;
  readonly randomScale?: number;
  readonly randomBrightness?: number;
  readonly views?: number;
}

/** Whole, or -1 for all images. */
function batchSize(text: string): number {
  return text === '-1' ? -1 : wholeNumber(1, 100_000)(text);
}

function rate(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value <= 0)
    throw new InvalidArgumentError('It must be a number greater than 0.');
  return value;
}

function tensorName(text: string): string {
  if (!/^[A-Za-z0-9.][A-Za-z0-9_.-]{0,99}$/.test(text))
    throw new InvalidArgumentError('It must be letters, digits, ".", "_" and "-".');
  return text;
}

const { trainBatchSize, validationBatchSize, evalStepInterval } = retrainPyDefaults;

/** What an option is by default, of each optimizer that makes steps. */
function usual(of: 'steps' | 'learningRate', others = ''): string {
  return `(retrain.py ${retrainPyDefaults[of]}, adam ${steppedDefaults.adam[of]}, sgd ${steppedDefaults.sgd[of]}${others})`;
}

/** Those that a hidden layer has too. */
const ofHiddenToo = () => [
  new Option(
    '--learning-rate <x>',
    `learning rate ${usual('learningRate', `, hidden ${hiddenDefaults.learningRate}`)}`,
  ).argParser(rate),
  new Option(
    '--train-batch-size <n>',
    `images drawn for a step, -1: all (${trainBatchSize}, hidden ${hiddenDefaults.batchSize})`,
  ).argParser(batchSize),
];

/** Those of the optimizers that make steps; without one that is named, of retrain.py's. */
const inSteps = () => [
  new Option(
    '--how-many-training-steps <n>',
    `steps ${usual('steps')}; with --continue: so many more, steps, passes or epochs`,
  ).argParser(wholeNumber(1, 10_000_000)),
  ...ofHiddenToo(),
  new Option('--eval-step-interval <n>', `steps between two evaluations (${evalStepInterval})`).argParser(
    wholeNumber(1, 10_000_000),
  ),
];

/** Those that only retrain.py's training has. */
const retrainPyAlone = () => [
  new Option(
    '--validation-batch-size <n>',
    `retrain.py: validation images drawn for an evaluation, -1: all (${validationBatchSize})`,
  ).argParser(batchSize),
  new Option('--keep <step>', 'retrain.py: which step is kept, the best by validation or the last').choices([
    'best',
    'last',
  ]),
];

const distorting = () => [
  new Option('--flip-left-right', 'train on views of each training image as well, one in two mirrored'),
  new Option('--no-flip-left-right', 'mirror none, whatever retrain.json says'),
  new Option('--random-crop <percent>', 'the same, each a part within this margin'),
  new Option('--random-scale <percent>', 'the same, each up to so much larger'),
  new Option('--random-brightness <percent>', 'the same, each up to so much brighter or darker'),
];

/** What is written of a run besides the run. */
export const writtenOptions = () => [
  new Option('--output-labels <file>', 'where the labels are written, one a line'),
  new Option('--saved-model-dir <dir>', 'where the last layer is written, as a TensorFlow.js model'),
  new Option('--final-tensor-name <name>', 'name of its output')
    .argParser(tensorName)
    .default('final_result'),
  new Option('--summaries-dir <dir>', "where TensorBoard's event files are written"),
];

/** All options that `retrainPyFlags` reads, with dashes; `withDashes` brings retrain.py's own spelling to them. */
export function retrainPyOptions(): Option[] {
  return [
    new Option(
      '--optimizer <name>',
      'how the last layer is trained: to its optimum, by steps of adam or sgd, or as retrain.py did, on its split',
    )
      .choices(['l-bfgs', 'adam', 'sgd', 'retrain.py'])
      .default('l-bfgs'),
    ...inSteps(),
    ...retrainPyAlone(),
    ...distorting().map((option) => (option.required ? option.argParser(wholeNumber(0, 100)) : option)),
    new Option(
      '--views <n>',
      `views of each training image that are computed, once, and kept (${defaultViews})`,
    ).argParser(wholeNumber(1, mostViews)),
    new Option('--image-dir <dir>', 'the dataset, as retrain.py names it'),
    new Option('--print-misclassified-test-images', 'name the testing images that were answered wrongly'),
    new Option(
      '--tfhub-module <name>',
      "a backbone, retrain.py's name of one, or the module of values that were imported",
    ).conflicts('backbone'),
    new Option('--architecture <name>', 'the same').conflicts(['tfhubModule', 'backbone']),
    new Option(
      '--bottleneck-dir <dir>',
      "retrain.py's text files of that module, to import first where there are any",
    ),
    ...writtenOptions(),
    new Option('--intermediate-store-frequency <n>', 'steps between two of these, 0: none').argParser(
      wholeNumber(0, 10_000_000),
    ),
    new Option(
      '--intermediate-output-graphs-dir <dir>',
      'where the last layer is written every so many steps, as TensorFlow.js models',
    ),
    new Option('--test-batch-size <n>').argParser(batchSize).hideHelp(),
    ...['--output-graph', '--checkpoint-path', '--model-dir', '--logging-verbosity'].map((flag) =>
      new Option(`${flag} <value>`).hideHelp(),
    ),
  ];
}

/** Flags that are taken and change nothing, and why. */
const withoutCounterpart: readonly (readonly [keyof RetrainPyFlags, string])[] = [
  [
    'outputGraph',
    '--output_graph: no TensorFlow graph is written; --saved_model_dir writes the last layer as a TensorFlow.js model',
  ],
  [
    'checkpointPath',
    '--checkpoint_path: there are no TensorFlow checkpoints; a run is saved whole at its end',
  ],
  ['modelDir', '--model_dir: nothing is unpacked there; networks are kept once for this machine and user'],
  ['loggingVerbosity', '--logging_verbosity: what is said is the same whatever it is'],
];

/** What a person should know about the flags they gave. */
export function flagNotes(flags: RetrainPyFlags): string[] {
  const notes = withoutCounterpart.filter(([flag]) => flags[flag] !== undefined).map(([, note]) => note);
  if (flags.testBatchSize !== undefined && flags.testBatchSize !== -1)
    notes.push('--test_batch_size: all testing images are measured');
  if (flags.bottleneckDir !== undefined && moduleOf(flags) === undefined)
    notes.push(
      '--bottleneck_dir: without --tfhub_module nothing is read from there; values are kept in .bottlenecks, and retrain export-bottlenecks writes text files',
    );
  const { intermediateStoreFrequency: every = 0, intermediateOutputGraphsDir: snapshots } = flags;
  if (every > 0 !== (snapshots !== undefined))
    notes.push(
      '--intermediate_store_frequency: nothing is written unless it is above 0 and --intermediate_output_graphs_dir names a folder',
    );
  return notes;
}

/** The network that retrain.py's flags name. */
export function moduleOf({ tfhubModule, architecture }: RetrainPyFlags): string | undefined {
  return tfhubModule ?? architecture;
}

/** True where a flag was given that makes a training one of retrain.py's, unless another optimizer is named. */
export function trainsAsRetrainPy(flags: RetrainPyFlags): boolean {
  return [...inSteps(), ...retrainPyAlone()].some((option) => isGiven(flags, option));
}

/** True where a flag was given that a hidden layer has not. */
export function hiddenHasNot(flags: RetrainPyFlags): boolean {
  const shared = new Set(ofHiddenToo().map((option) => option.attributeName()));
  return [...inSteps(), ...retrainPyAlone()].some(
    (option) => !shared.has(option.attributeName()) && isGiven(flags, option),
  );
}

/** True where a flag was given that no other training has. */
export function onlyRetrainPyHas(flags: RetrainPyFlags): boolean {
  return retrainPyAlone().some((option) => isGiven(flags, option));
}

/** True where a flag was given that a training by this optimizer has not. */
export function contradicts(flags: RetrainPyFlags, optimizer: OptimizerChoice['kind']): boolean {
  switch (optimizer) {
    case 'l-bfgs':
      return trainsAsRetrainPy(flags);
    case 'adam':
    case 'sgd':
      return onlyRetrainPyHas(flags);
    case 'retrain.py':
      return false;
  }
}

function isGiven(flags: RetrainPyFlags, option: Option): boolean {
  return Reflect.get(flags, option.attributeName()) !== undefined;
}

export function outputsOf(flags: RetrainPyFlags): TrainingOutputs {
  const { outputLabels, savedModelDir, finalTensorName = 'final_result', summariesDir } = flags;
  const { intermediateStoreFrequency: every = 0, intermediateOutputGraphsDir: snapshots } = flags;
  return {
    ...(outputLabels !== undefined && { labelsFile: path.resolve(outputLabels) }),
    ...(savedModelDir !== undefined && {
      head: { folder: path.resolve(savedModelDir), outputName: finalTensorName },
    }),
    ...(every > 0 &&
      snapshots !== undefined && {
        snapshots: { folder: path.resolve(snapshots), every, outputName: finalTensorName },
      }),
    ...(summariesDir !== undefined && { summaries: path.resolve(summariesDir) }),
  };
}

/** Arguments with retrain.py's flags, `--image_dir`, as our options, `--image-dir`. */
export function withDashes(args: readonly string[]): string[] {
  const names = new Map(
    [
      ...retrainPyOptions().map(({ long }) => long ?? ''),
      '--validation-percentage',
      '--testing-percentage',
    ].map((name) => [`--${name.slice(2).replaceAll('-', '_')}`, name]),
  );
  const end = args.indexOf('--');
  return args.map((arg, i) => {
    if (end !== -1 && i >= end) return arg;
    const [name = '', ...value] = arg.split('=');
    return [names.get(name) ?? name, ...value].join('=');
  });
}
