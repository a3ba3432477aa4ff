import * as vscode from 'vscode';
import type { RetrainError } from '../base';
import type { JobResult } from '../protocol';
import { listText } from './plainText';
import { count, failureText } from './wording';

/** What a person is asked about a network; each gives undefined where they do not answer. */

/** Its file, an absolute path or an address. */
export async function askSource(): Promise<string | undefined> {
  const title = vscode.l10n.t('Add a backbone');
  const file = {
    label: `$(file) ${vscode.l10n.t('From a file…')}`,
    description: vscode.l10n.t('a TensorFlow.js model.json or an .onnx file'),
  };
  const address = {
    label: `$(globe) ${vscode.l10n.t('From an address…')}`,
    description: vscode.l10n.t('the same by http or https, downloaded once'),
  };
  const way = await vscode.window.showQuickPick([file, address], { title });
  if (way === file) {
    const [chosen] =
      (await vscode.window.showOpenDialog({
        title,
        filters: { [vscode.l10n.t('Networks')]: ['json', 'onnx'] },
        openLabel: vscode.l10n.t('Add'),
      })) ?? [];
    return chosen?.fsPath;
  }
  if (way !== address) return undefined;
  const text = await vscode.window.showInputBox({
    title,
    prompt: vscode.l10n.t('The address of a TensorFlow.js model.json or an .onnx file'),
    placeHolder: 'https://example.org/model.json',
    ignoreFocusOut: true,
    validateInput: (value) =>
      /^https?:\/\//i.test(value.trim()) && URL.canParse(value.trim())
        ? undefined
        : vscode.l10n.t('An address begins with https:// or http://.'),
  });
  return text?.trim();
}

/** The size of the pictures it takes. */
export async function askSize(): Promise<{ height: number; width: number } | undefined> {
  const parse = (text: string): { height: number; width: number } | undefined => {
    const [height = '', width = height, ...more] = text.split(',').map((part) => part.trim());
    const sides = [height, width].map((side) => (/^\d{1,4}$/.test(side) ? Number(side) : 0));
    const [h = 0, w = 0] = sides;
    return more.length === 0 && h > 0 && w > 0 && h <= 4096 && w <= 4096
      ? { height: h, width: w }
      : undefined;
  };
  const text = await vscode.window.showInputBox({
    title: vscode.l10n.t('Size of the pictures'),
    prompt: vscode.l10n.t('The file does not say which size the network takes: one number, or height,width'),
    value: '224',
    ignoreFocusOut: true,
    validateInput: (value) =>
      parse(value) ? undefined : vscode.l10n.t('Give one number from 1 to 4096, or two as height,width.'),
  });
  return text === undefined ? undefined : parse(text);
}

/** The layers it is cut at; the likely one is chosen beforehand, and those near the output come first. */
export async function askCut({
  candidates,
  defaultCut,
}: JobResult<'inspectNetwork'>): Promise<string[] | undefined> {
  const items = candidates
    .map(({ name, shape, dimension }) => ({
      label: listText(name),
      description: `${vscode.l10n.t('{count} values', { count: count(dimension) })} · [${shape.join(', ')}]`,
      picked: name === defaultCut,
      name,
    }))
    .reverse();
  const chosen = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t('Cut the network at'),
    placeHolder: vscode.l10n.t('Values of several layers are put side by side, each averaged over space'),
    matchOnDescription: true,
    ignoreFocusOut: true,
    canPickMany: true,
  });
  return chosen && chosen.length > 0 ? chosen.map(({ name }) => name) : undefined;
}

/** Which numbers it takes for pixels, as the job reads it. */
export async function askNormalisation(): Promise<string | undefined> {
  const kinds: (vscode.QuickPickItem & { readonly kindOf: string | undefined })[] = [
    {
      label: '-1..1',
      description: vscode.l10n.t('MobileNet, Inception, most of TensorFlow'),
      kindOf: '-1..1',
    },
    { label: '0..1', description: vscode.l10n.t('TensorFlow Hub'), kindOf: '0..1' },
    {
      label: '0..255',
      description: vscode.l10n.t('EfficientNet of Keras: pixels as they are'),
      kindOf: '0..255',
    },
    {
      label: 'imagenet',
      description: vscode.l10n.t('PyTorch: mean and deviation of ImageNet'),
      kindOf: 'imagenet',
    },
    { label: vscode.l10n.t('Other numbers…'), kindOf: undefined },
  ];
  const chosen = await vscode.window.showQuickPick(kinds, {
    title: vscode.l10n.t('Which numbers does the network take for pixels?'),
    placeHolder: vscode.l10n.t('Its files do not say; a wrong answer costs accuracy without a word'),
    ignoreFocusOut: true,
  });
  if (chosen?.kindOf !== undefined || chosen === undefined) return chosen?.kindOf;
  return await vscode.window.showInputBox({
    title: vscode.l10n.t('Which numbers does the network take for pixels?'),
    prompt: vscode.l10n.t(
      'mean,deviation of pixels of 0 to 255, or m,m,m,d,d,d for the channels of pixels divided by 255',
    ),
    placeHolder: '127.5,127.5',
    ignoreFocusOut: true,
    validateInput: (value) => {
      const numbers = value.split(',').map((part) => (part.trim() === '' ? NaN : Number(part)));
      const deviations = numbers.slice(numbers.length / 2);
      const fits =
        (numbers.length === 2 || numbers.length === 6) &&
        numbers.every(Number.isFinite) &&
        deviations.every((deviation) => deviation > 0);
      return fits ? undefined : vscode.l10n.t('Give two or six numbers; deviations are greater than 0.');
    },
  });
}

/** What it is called; `problem` with the name before. */
export async function askName(value: string, problem: RetrainError | undefined): Promise<string | undefined> {
  const text = await vscode.window.showInputBox({
    title: vscode.l10n.t('Name of the backbone'),
    prompt: problem
      ? failureText(problem)
      : vscode.l10n.t('Its id is made of it: small letters, digits, dots and hyphens'),
    value,
    ignoreFocusOut: true,
    validateInput: (name) => (name.trim() === '' ? vscode.l10n.t('Give it a name.') : undefined),
  });
  return text?.trim();
}
