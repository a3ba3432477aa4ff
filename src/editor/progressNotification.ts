import * as vscode from 'vscode';
import { notificationText } from './plainText';

/** A notification with the progress of work that can be cancelled; its title may hold names from disk. */
export function progressNotification(title: string): vscode.ProgressOptions {
  return {
    location: vscode.ProgressLocation.Notification,
    title: notificationText(title),
    cancellable: true,
  };
}
