import * as vscode from 'vscode';
import type { DownloadProgress } from '../protocol';
import type { RunOptions } from './engineProcess';
import { progressNotification } from './progressNotification';
import { fileSize } from './wording';

type Download = 'inspectNetwork' | 'addBackbone' | 'downloadBackbone';

/** Runs a job that may download under a notification that says how far it is and can end it. */
export function withDownloadProgress<T>(
  title: string,
  work: (options: Required<Pick<RunOptions<Download>, 'token' | 'progress'>>) => Promise<T>,
): Promise<T> {
  return Promise.resolve(
    vscode.window.withProgress(progressNotification(title), (notification, token) => {
      let shown = 0;
      const progress = ({ done, of }: DownloadProgress): void => {
        const reached = of === null || of === 0 ? shown : Math.floor((100 * done) / of);
        const message =
          of === null
            ? fileSize(done)
            : vscode.l10n.t('{done} of {of}', { done: fileSize(done), of: fileSize(of) });
        // Of several files each begins anew.
        notification.report({ message, increment: Math.max(0, reached - shown) });
        shown = reached;
      };
      return work({ token, progress });
    }),
  );
}
