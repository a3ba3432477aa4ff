import { InvalidArgumentError, Option } from 'commander';
import { defaultSettings, type RetrainSettings } from '../jobs';

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

/** What `backbone` and `runtime` give. */
export type NetworkOptions = Pick<RetrainSettings, 'backbone' | 'runtime'>;
