import * as vscode from 'vscode';
import type {
  HeadChoice,
  HeadKind,
  OptimizerChoice,
  RejectSettings,
  RetrainSettings,
  SettingsChoice,
  SettingsPlace,
} from '../protocol';
import { headKinds } from './headNames';

/** The settings for the dataset or image at `scope`; their defaults stand in package.json alone. */
export function retrainSettings(scope: vscode.Uri): RetrainSettings {
  const settings = vscode.workspace.getConfiguration('retrain', scope);
  return {
    backbone: settings.get<string>('backbone', ''),
    runtime: settings.get<string>('runtime', ''),
    seed: settings.get<number>('seed', 0),
    validationPercentage: settings.get<number>('validationPercentage', 0),
    testingPercentage: settings.get<number>('testingPercentage', 0),
    ...trainingSettings(settings, scope),
    ...distortions(settings),
  };
}

/** None where all are off. */
function distortions(settings: vscode.WorkspaceConfiguration): Pick<RetrainSettings, 'distortions'> {
  const percentage = (name: string) => Math.min(100, Math.max(0, Math.round(settings.get<number>(name, 0))));
  const given = {
    flipLeftRight: settings.get<boolean>('flipLeftRight', false),
    randomCrop: percentage('randomCrop'),
    randomScale: percentage('randomScale'),
    randomBrightness: percentage('randomBrightness'),
  };
  const on = given.flipLeftRight || Math.max(given.randomCrop, given.randomScale, given.randomBrightness) > 0;
  const views = Math.min(32, atLeastOne(settings.get<number>('views', 1)));
  return on ? { distortions: { ...given, views } } : {};
}

/** What a job on the dataset or image at `file` is told of settings: a retrain.json in its workspace is stronger. */
export function settingsChoice(file: string): SettingsChoice<RetrainSettings> {
  return { settings: retrainSettings(vscode.Uri.file(file)), workspace: workspaceOf(file) };
}

/** What the engine is told where it is asked for the retrain.json of the dataset at `root`. */
export function settingsPlace(root: string): SettingsPlace {
  const { settings, ...choice } = settingsChoice(root);
  const reject = rejectThreshold(vscode.Uri.file(root));
  return { folder: root, ...choice, settings: { ...settings, reject } };
}

/** Where a setting of the dataset at `scope` is kept: in its workspace folder, the workspace, else the person's own. */
export function settingsTarget(scope: vscode.Uri | undefined): vscode.ConfigurationTarget {
  const folders = vscode.workspace.workspaceFolders ?? [];
  if (folders.length === 0) return vscode.ConfigurationTarget.Global;
  return folders.length > 1 && scope && vscode.workspace.getWorkspaceFolder(scope)
    ? vscode.ConfigurationTarget.WorkspaceFolder
    : vscode.ConfigurationTarget.Workspace;
}

/** The workspace folder that holds `file`. */
function workspaceOf(file: string): string | undefined {
  return vscode.workspace.getWorkspaceFolder(vscode.Uri.file(file))?.uri.fsPath;
}

/** retrain.py's optimiser, which is for softmax regression alone, comes with its split, as there. */
function trainingSettings(
  settings: vscode.WorkspaceConfiguration,
  { fsPath }: vscode.Uri,
): Pick<RetrainSettings, 'splitRule' | 'head' | 'classWeights'> {
  const weights =
    settings.get<string>('classWeights') === 'balanced' ? ({ classWeights: 'balanced' } as const) : {};
  const splitRule = { kind: 'content' } as const;
  const kind = headKind(settings);
  switch (kind) {
    case 'softmax':
      break;
    case 'hidden':
      return { splitRule, head: hiddenOf(settings), ...weights };
    case 'ridge':
      return { splitRule, head: { kind }, ...weights };
    // These have no use for weights.
    case 'neighbours':
    case 'centroid':
      return { splitRule, head: { kind } };
  }
  const optimizer = optimizerOf(settings);
  return optimizer.kind === 'retrain.py'
    ? { splitRule: { kind: 'retrain.py', imageDir: fsPath }, head: { kind, optimizer } }
    : { splitRule, head: { kind, optimizer }, ...weights };
}

/**
 * The setting `retrain.head`; a ridge classifier where it is none that there is. Where nobody has set it, an optimizer
 * that somebody has set means softmax regression, which alone has one.
 */
function headKind(settings: vscode.WorkspaceConfiguration): HeadKind {
  if (!isSet(settings, 'head') && isSet(settings, 'optimizer')) return 'softmax';
  const named = settings.get<string>('head');
  return headKinds.find((kind) => kind === named) ?? 'ridge';
}

function isSet(settings: vscode.WorkspaceConfiguration, name: string): boolean {
  const { globalValue, workspaceValue, workspaceFolderValue } = settings.inspect<string>(name) ?? {};
  return [globalValue, workspaceValue, workspaceFolderValue].some((value) => value !== undefined);
}

function hiddenOf(settings: vscode.WorkspaceConfiguration): HeadChoice {
  const { learningRate, batch, earlyStopping, labelSmoothing } = steering(settings);
  return {
    kind: 'hidden',
    units: Math.min(4096, atLeastOne(settings.get<number>('hiddenUnits', 1))),
    passes: Math.min(100_000, atLeastOne(settings.get<number>('trainingPasses', 1))),
    ...(learningRate !== null && { learningRate }),
    ...(batch !== null && { batchSize: batch }),
    ...(earlyStopping !== null && { patience: earlyStopping }),
    labelSmoothing,
  };
}

/** What optimizers that make steps and a hidden layer have in common; null where the default differs and holds. */
function steering(settings: vscode.WorkspaceConfiguration) {
  const batch = settings.get<number | null>('trainBatchSize', null);
  const earlyStopping = settings.get<number | null>('earlyStopping', null);
  return {
    learningRate: settings.get<number | null>('learningRate', null),
    batch: batch === null ? null : batchSize(batch),
    earlyStopping: earlyStopping === null ? null : Math.max(0, Math.round(earlyStopping)),
    labelSmoothing: Math.min(0.999, Math.max(0, settings.get<number>('labelSmoothing', 0))),
  };
}

function optimizerOf(settings: vscode.WorkspaceConfiguration): OptimizerChoice {
  const { learningRate, batch, earlyStopping, labelSmoothing } = steering(settings);
  const steps = settings.get<number | null>('trainingSteps', null);
  const inSteps = {
    ...(steps !== null && { steps: atLeastOne(steps) }),
    ...(learningRate !== null && { learningRate }),
    ...(batch !== null && { trainBatchSize: batch }),
    evalStepInterval: atLeastOne(settings.get<number>('evalStepInterval', 1)),
  };
  const kind = settings.get<string>('optimizer');
  switch (kind) {
    case 'adam':
    case 'sgd':
      return { kind, ...inSteps, ...(earlyStopping !== null && { earlyStopping }), labelSmoothing };
    case 'retrain.py':
      return {
        kind,
        ...inSteps,
        validationBatchSize: batchSize(settings.get<number>('validationBatchSize', 1)),
        keep: settings.get<string>('keep') === 'last' ? 'last' : 'best',
      };
    default:
      return {
        kind: 'l-bfgs',
        ...(settings.get<string>('regularisation') === 'validation' && { regularisation: 'validation' }),
        ...(labelSmoothing > 0 && { labelSmoothing }),
      };
  }
}

// The settings editor marks what is out of range, and gives it all the same.

function atLeastOne(value: number): number {
  return Math.max(1, Math.round(value));
}

/** -1 stands for all images. */
function batchSize(value: number): number {
  return value < 1 ? -1 : Math.round(value);
}

/**
 * Below which probability an answer to the image at `scope` is called unsure; a retrain.json of the dataset of `run`,
 * up to its workspace, is stronger.
 */
export function rejectChoice(scope: vscode.Uri, run: string): SettingsChoice<RejectSettings> {
  return { settings: { reject: rejectThreshold(scope) }, workspace: workspaceOf(run) };
}

function rejectThreshold(scope: vscode.Uri): number {
  const threshold = vscode.workspace.getConfiguration('retrain', scope).get<number>('reject', 0);
  return Math.min(1, Math.max(0, threshold));
}

/** Null: not set, the engine's default then. */
export function cacheDirectory(): string | null {
  const directory = vscode.workspace.getConfiguration('retrain').get<string>('cacheDirectory', '').trim();
  return directory === '' ? null : directory;
}
