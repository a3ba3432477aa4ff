import { InvalidArgumentError, Option, type Command } from 'commander';
import { defaultSettings, type RetrainSettings } from '../jobs';
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
  new Option('--reject <share>', 'say that it is unsure where the likeliest label is less likely, 0 to 1')
    .argParser((text) => {
      const value = Number(text);
      if (text.trim() === '' || !(value >= 0 && value <= 1))
        throw new InvalidArgumentError('It must be a number from 0 to 1.');
      return value;
    })
    .default(0);

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
  new Option('--seed <n>', 'of the split and the training')
    .argParser(wholeNumber(0, 2 ** 32 - 1))
    .default(defaultSettings.seed),
  share('validation', defaultSettings.validationPercentage),
  share('testing', defaultSettings.testingPercentage),
];

/** Ends the command with wrong usage where too little would be left to train on. */
export function checkShares(
  command: Command,
  settings: Pick<RetrainSettings, 'validationPercentage' | 'testingPercentage'>,
): void {
  if (settings.validationPercentage + settings.testingPercentage > 90)
    command.error('error: the percentages of validation and testing may not exceed 90 together', {
      exitCode: status.usage,
    });
}
