import * as vscode from 'vscode';
import { isAbort, toFailure } from '../base';
import { notificationText } from './plainText';
import { failureText } from './wording';

/** Failures that are not the person's doing: the log says more about them. */
const unexpected = new Set([
  'INTERNAL',
  'ENGINE_ENDED',
  'BACKBONE_DAMAGED',
  'DECODER_DAMAGED',
  'NO_RUNTIME',
  'RUNTIME_MISSING',
  'TENSORFLOW_NOT_INSTALLED',
]);

/** Failures that another backbone mends. */
const ofTheBackbone = new Set([
  'BACKBONE_UNKNOWN',
  'BACKBONE_NOT_DOWNLOADED',
  'RUNTIME_UNFIT',
  'EIGHT_BITS_MISSING',
]);

/** Tells the person what went wrong, without waiting for an answer. A cancellation is none. */
export function tellFailure(error: unknown, log: vscode.LogOutputChannel): void {
  if (isAbort(error)) return;
  const failure = toFailure(error);
  log.error(error instanceof Error ? (error.stack ?? error.message) : failure.message);
  const showLog = vscode.l10n.t('Show Log');
  const choose = vscode.l10n.t('Choose Backbone');
  const actions = [
    ...(unexpected.has(failure.code) ? [showLog] : []),
    ...(ofTheBackbone.has(failure.code) ? [choose] : []),
  ];
  void vscode.window.showErrorMessage(notificationText(failureText(failure)), ...actions).then((choice) => {
    if (choice === showLog) log.show();
    if (choice === choose) void vscode.commands.executeCommand('retrain.chooseBackbone');
  });
}

/** Registers a command whose failures are told; it then resolves with undefined. */
export function registerCommand<A extends unknown[], R>(
  id: string,
  log: vscode.LogOutputChannel,
  command: (...args: A) => Promise<R> | R,
): vscode.Disposable {
  return vscode.commands.registerCommand(id, async (...args: A): Promise<R | undefined> => {
    try {
      return await command(...args);
    } catch (error) {
      tellFailure(error, log);
      return undefined;
    }
  });
}
