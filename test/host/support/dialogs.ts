import * as vscode from 'vscode';

/** A message the extension has shown, and the buttons it offered. */
export interface ShownMessage {
  readonly kind: 'information' | 'warning' | 'error';
  readonly text: string;
  readonly buttons: readonly string[];
}

/** Labels of the items of a list the person was asked to choose from; what it returns is chosen. */
export type Chooser = (labels: readonly string[]) => string | undefined;

interface Dialogs {
  readonly messages: ShownMessage[];
  choose: Chooser;
  /** What is typed where the person is asked for a text; `title` is that of the question. */
  type: (title: string, value: string) => string | undefined;
  /** Answers warnings and modal questions; by default as a person who closes them. */
  confirm: Chooser;
}

/**
 * Stands between the extension and the person while a suite runs: notes the messages, which nobody reads in a
 * test, and answers the lists, which would wait for ever. The UI suites see the real ones.
 */
export function watchDialogs(): Dialogs {
  const dialogs: Dialogs = {
    messages: [],
    confirm: () => undefined,
    choose: (labels) => {
      throw new Error(`Nobody expected to be asked: ${labels.join(', ')}`);
    },
    type: (title) => {
      throw new Error(`Nobody expected to be asked for a text: ${title}`);
    },
  };
  const { window } = vscode;
  const { showInformationMessage, showErrorMessage, showWarningMessage, showQuickPick, showInputBox } =
    window;
  const { choose: unexpected, type: untyped } = dialogs;
  const note =
    (kind: ShownMessage['kind']) =>
    (text: string, ...buttons: string[]): Promise<string | undefined> => {
      dialogs.messages.push({ kind, text, buttons });
      const isModal = (buttons as unknown[]).some(
        (item) => typeof item === 'object' && item !== null && 'modal' in item,
      );
      const named = buttons.filter((item) => typeof item === 'string');
      return Promise.resolve(isModal ? dialogs.confirm(named) : undefined);
    };
  before(() => {
    Object.assign(window, {
      showInformationMessage: note('information'),
      showErrorMessage: note('error'),
      showWarningMessage: (text: string, ...rest: (string | vscode.MessageOptions)[]) => {
        const buttons = rest.filter((item) => typeof item === 'string');
        const detail = rest.flatMap((item) => (typeof item === 'string' ? [] : [item.detail ?? '']));
        dialogs.messages.push({ kind: 'warning', text: [text, ...detail].join(' '), buttons });
        return Promise.resolve(dialogs.confirm(buttons));
      },
      showQuickPick: async (
        listed: readonly vscode.QuickPickItem[] | Thenable<readonly vscode.QuickPickItem[]>,
        options: vscode.QuickPickOptions | undefined,
      ) => {
        const items = await listed;
        const label = dialogs.choose(items.map((item) => item.label));
        const chosen = items.find((item) => item.label === label);
        if (options?.canPickMany !== true) return chosen;
        // What nobody chooses stays as it is ticked.
        return chosen ? [chosen] : items.filter(({ picked }) => picked === true);
      },
      showInputBox: async (options: vscode.InputBoxOptions) => {
        const { title = '', value = '' } = options;
        const text = dialogs.type(title, value);
        const problem = text === undefined ? undefined : await options.validateInput?.(text);
        if (problem !== undefined && problem !== null)
          throw new Error(`${title}: ${JSON.stringify(problem)}`);
        return text;
      },
    });
  });
  beforeEach(() => {
    dialogs.messages.length = 0;
    dialogs.choose = unexpected;
    dialogs.type = untyped;
    dialogs.confirm = () => undefined;
  });
  after(() => {
    Object.assign(window, {
      showInformationMessage,
      showErrorMessage,
      showWarningMessage,
      showQuickPick,
      showInputBox,
    });
  });
  return dialogs;
}
