import * as vscode from 'vscode';

/** A message the extension has shown, and the buttons it offered. */
export interface ShownMessage {
  readonly kind: 'information' | 'error';
  readonly text: string;
  readonly buttons: readonly string[];
}

/** Labels of the items of a list the person was asked to choose from; what it returns is chosen. */
export type Chooser = (labels: readonly string[]) => string | undefined;

/**
 * Stands between the extension and the person while a suite runs: notes the messages, which nobody reads in a
 * test, and answers the lists, which would wait for ever. The UI suites see the real ones.
 */
export function watchDialogs(): { readonly messages: ShownMessage[]; choose: Chooser } {
  const dialogs: { readonly messages: ShownMessage[]; choose: Chooser } = {
    messages: [],
    choose: (labels) => {
      throw new Error(`Nobody expected to be asked: ${labels.join(', ')}`);
    },
  };
  const { window } = vscode;
  const { showInformationMessage, showErrorMessage, showQuickPick } = window;
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
      showQuickPick: async (items: readonly vscode.QuickPickItem[]) => {
        const label = dialogs.choose(items.map((item) => item.label));
        return items.find((item) => item.label === label);
      },
    });
  });
  beforeEach(() => {
    dialogs.messages.length = 0;
    dialogs.choose = unexpected;
  });
  after(() => {
    Object.assign(window, { showInformationMessage, showErrorMessage, showQuickPick });
  });
  return dialogs;
}
