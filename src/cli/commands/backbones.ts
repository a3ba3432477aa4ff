import path from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import {
  addedText,
  backbonesText,
  comparedDocument,
  comparedText,
  cutsText,
  quantisedText,
} from '../backboneText';
import { head, json, runtime, seed, settingsChoice, wholeNumber } from '../options';
import { perform, type Output } from '../perform';

interface InputSize {
  readonly height: number;
  readonly width: number;
}

/** `224`, or `height,width`. */
function parseSize(text: string): InputSize {
  const side = wholeNumber(1, 4096);
  const [height = '', width = height, ...more] = text.split(',');
  if (more.length > 0) throw new InvalidArgumentError('It must be one size, or height,width.');
  return { height: side(height), width: side(width) };
}

const input = () =>
  new Option('--input <size>', 'size of the pictures, where the file does not say it').argParser(parseSize);

/** An address as it is, a path made absolute. */
function sourceOf(text: string): string {
  return /^https?:\/\//i.test(text) ? text : path.resolve(text);
}

interface AddOptions extends Output {
  readonly name?: string;
  readonly cut?: readonly string[];
  readonly input?: InputSize;
  readonly normalisation?: string;
}

interface CompareOptions extends Output {
  readonly folds: number;
}

function listCommand(): Command {
  return new Command('list')
    .description(
      'list the backbones of this machine, how fast they are on it, and those that can be downloaded',
    )
    .addOption(json())
    .action((output: Output) =>
      perform(output, async ({ jobs, progress, signal }) => {
        await jobs.run('measureSpeeds', {}, { signal, report: progress.report });
        const { backbones } = await jobs.run('listBackbones', {}, { signal });
        return { text: backbonesText(backbones), document: { format: 1, backbones }, done: true };
      }),
    );
}

function cutsCommand(): Command {
  return new Command('cuts')
    .description('list the layers at which a network can be cut')
    .argument('<source>', 'a model.json or an .onnx file, by path or address')
    .addOption(input())
    .addOption(json())
    .action((source: string, { input: size, ...output }: Output & { input?: InputSize }) =>
      perform(output, async ({ jobs, progress, signal }) => {
        const params = { source: sourceOf(source), input: size ?? null, connection: null };
        const found = await jobs.run('inspectNetwork', params, { signal, report: progress.report });
        return { text: cutsText(found.candidates), document: { format: 1, ...found }, done: true };
      }),
    );
}

function addCommand(): Command {
  return new Command('add')
    .description('make a backbone of a TensorFlow.js model or an ONNX file')
    .argument('<source>', 'a model.json or an .onnx file, by path or address')
    .addOption(new Option('--name <name>', 'what it is called; by default as the file or its folder'))
    .addOption(
      new Option(
        '--cut <layers...>',
        'where to cut; by default the last layer before those that classify (see: backbones cuts)',
      ),
    )
    .addOption(input())
    .addOption(
      new Option(
        '--normalisation <kind>',
        'which numbers it takes for pixels: 0..1, -1..1, 0..255, imagenet, mean,deviation or m,m,m,d,d,d',
      ),
    )
    .addOption(json())
    .action((source: string, options: AddOptions) =>
      perform(options, async ({ jobs, progress, signal }) => {
        const params = {
          source: sourceOf(source),
          name: options.name ?? null,
          cut: options.cut ?? null,
          input: options.input ?? null,
          normalisation: options.normalisation ?? null,
          connection: null,
        };
        const added = await jobs.run('addBackbone', params, { signal, report: progress.report });
        return { text: addedText(added), document: { format: 1, backbone: added }, done: true };
      }),
    );
}

function downloadCommand(): Command {
  return new Command('download')
    .description('fetch a backbone of the catalogue, or go on with it')
    .argument('<id>', 'the backbone')
    .addOption(new Option('--cut <layers...>', 'where to cut; by default as the catalogue says'))
    .addOption(new Option('--from <address>', 'another place that has the same files'))
    .addOption(json())
    .action((id: string, { cut, from, ...output }: Output & { cut?: string[]; from?: string }) =>
      perform(output, async ({ jobs, progress, signal }) => {
        const params = { id, cut: cut ?? null, connection: null, from: from ?? null };
        const added = await jobs.run('downloadBackbone', params, { signal, report: progress.report });
        return { text: addedText(added), document: { format: 1, backbone: added }, done: true };
      }),
    );
}

function quantiseCommand(): Command {
  return new Command('quantise')
    .description('give a backbone of yours eight bits, where it then agrees with itself on your pictures')
    .argument('<id>', 'the backbone')
    .argument('<folder>', 'a dataset whose pictures it is tried on')
    .addOption(json())
    .action((id: string, folder: string, output: Output) =>
      perform(output, async ({ jobs, progress, signal }) => {
        const params = { id, folder: path.resolve(folder) };
        const made = await jobs.run('quantiseBackbone', params, { signal, report: progress.report });
        return { text: quantisedText(made), document: { format: 1, ...made }, done: true };
      }),
    );
}

function compareCommand(): Command {
  return new Command('compare')
    .description('hold backbones against each other on a dataset: cross-validated accuracy against time')
    .argument('<folder>', 'the dataset')
    .argument('[ids...]', 'the backbones; by default all of this machine')
    .addOption(head())
    .addOption(runtime())
    .addOption(
      new Option('--folds <n>', 'parts of the cross-validation').argParser(wholeNumber(2, 20)).default(5),
    )
    .addOption(seed('of the parts and the training'))
    .addOption(json())
    .action(async (folder: string, ids: string[], options: CompareOptions, command: Command) => {
      const choice = settingsChoice(command);
      await perform(options, async ({ jobs, progress, signal }) => {
        const { folds } = options;
        const params = { ...choice, folder: path.resolve(folder), ids, folds };
        const result = await jobs.run('compareBackbones', params, { signal, report: progress.report });
        return {
          text: comparedText(result),
          document: comparedDocument(result),
          done: result.compared.length > 0,
        };
      });
    });
}

function removeCommand(): Command {
  return new Command('remove')
    .description('remove a backbone that was added; what was computed with it stays')
    .argument('<id>', 'the backbone')
    .addOption(json())
    .action((id: string, output: Output) =>
      perform(output, async ({ jobs, signal }) => {
        await jobs.run('removeBackbone', { id }, { signal });
        return { text: `Removed ${id}.`, document: { format: 1, removed: id }, done: true };
      }),
    );
}

export function backbonesCommand(): Command {
  const command = new Command('backbones').description(
    'list, add and remove the networks that bottleneck values come from',
  );
  for (const part of [
    listCommand(),
    cutsCommand(),
    addCommand(),
    downloadCommand(),
    quantiseCommand(),
    compareCommand(),
    removeCommand(),
  ])
    command.addCommand(part);
  return command;
}
