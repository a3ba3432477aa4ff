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
  /** Answers warnings; by default as a person who closes them. */
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
  };
  const { window } = vscode;
  const { showInformationMessage, showErrorMessage, showWarningMessage, showQuickPick } = window;
  const unexpected = dialogs.choose;
  const note =
    (kind: ShownMessage['kind']) =>
    (text: string, ...buttons: string[]): Promise<undefined> => {
      dialogs.messages.push({ kind, text, buttons });
      return Promise.resolve(undefined);
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
      showQuickPick: async (items: readonly vscode.QuickPickItem[]) => {
        const label = dialogs.choose(items.map((item) => item.label));
        return items.find((item) => item.label === label);
      },
    });
  });
  beforeEach(() => {
    dialogs.messages.length = 0;
    dialogs.choose = unexpected;
    dialogs.confirm = () => undefined;
  });
  after(() => {
    Object.assign(window, { showInformationMessage, showErrorMessage, showWarningMessage, showQuickPick });
  });
  return dialogs;
}
