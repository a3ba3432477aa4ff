import * as vscode from 'vscode';
import { RetrainError } from '../base';
import type { CacheFinding, ClearResult, VerifyProgress, VerifyResult } from '../protocol';
import { chooseDataset } from './datasets';
import type { DatasetSession } from './datasetSession';
import type { DatasetSessions } from './datasetSessions';
import type { EngineClient } from './engineClient';
import { registerCommand } from './failures';
import { notificationText } from './plainText';
import { progressNotification } from './progressNotification';
import { settingsChoice } from './settings';
import { count, failureText, fileSize } from './wording';

/** How many images Verify Bottlenecks computes anew. */
const sampleSize = 100;

/** The commands about a dataset's cache: Verify Bottlenecks and Clear Bottlenecks. */
export class BottleneckUpkeep {
  constructor(
    private readonly engine: EngineClient,
    private readonly sessions: DatasetSessions,
  ) {}

  register(log: vscode.LogOutputChannel): vscode.Disposable {
    return vscode.Disposable.from(
      registerCommand('retrain.verifyBottlenecks', log, (folder?: vscode.Uri) => this.verify(folder)),
      registerCommand('retrain.clearBottlenecks', log, (folder?: vscode.Uri) => this.clear(folder)),
    );
  }

  /** Holds the cache against the images and says what differs. @throws NO_CACHE */
  async verify(folder: vscode.Uri | undefined): Promise<VerifyResult | undefined> {
    const session = await this.#choose(folder);
    if (!session) return undefined;
    const { root, name } = session.subject;
    const title = vscode.l10n.t('Verifying the bottleneck values of {name}', { name });
    const result = await vscode.window.withProgress(progressNotification(title), (notification, token) =>
      this.engine.run(
        'verify',
        {
          folder: root,
          ...settingsChoice(root),
          sample: sampleSize,
          seed: Date.now() % 2 ** 32,
        },
        { token, progress: (progress) => notification.report({ message: progressText(progress) }) },
      ),
    );
    void tellVerified(name, result);
    return result;
  }

  /** Removes the cache, after the person has said so. @throws NO_CACHE, BUSY, CACHE_UNWRITABLE */
  async clear(folder: vscode.Uri | undefined): Promise<ClearResult | undefined> {
    const session = await this.#choose(folder);
    if (!session) return undefined;
    const { root, name, shownPath } = session.subject;
    if (session.retraining) throw new RetrainError('BUSY', { path: shownPath });
    const { rows, bytes } = await this.engine.run('measureBottlenecks', { folder: root });
    const clear = vscode.l10n.t('Clear');
    const question = vscode.l10n.t('Clear the bottleneck values of {name}?', { name });
    const detail = vscode.l10n.t(
      '{count} rows of values, {size}. Photos, runs and the split stay. The next retraining computes all values again.',
      { count: count(rows), size: fileSize(bytes) },
    );
    if ((await vscode.window.showWarningMessage(question, { modal: true, detail }, clear)) !== clear)
      return undefined;
    const cleared = await this.#clearOrAsk(root);
    if (cleared)
      void vscode.window.showInformationMessage(
        notificationText(
          vscode.l10n.t('The bottleneck values of {name} were cleared: {size}.', {
            name,
            size: fileSize(cleared.bytes),
          }),
        ),
      );
    return cleared;
  }

  /** Clears; where another process writes meanwhile, the person is asked once more. */
  async #clearOrAsk(folder: string): Promise<ClearResult | undefined> {
    try {
      return await this.engine.run('clearBottlenecks', { folder, force: false });
    } catch (error) {
      if (!(error instanceof RetrainError) || error.code !== 'CACHE_IN_USE') throw error;
      const anyway = vscode.l10n.t('Clear Anyway');
      const choice = await vscode.window.showWarningMessage(failureText(error), { modal: true }, anyway);
      return choice === anyway ? this.engine.run('clearBottlenecks', { folder, force: true }) : undefined;
    }
  }

  async #choose(folder: vscode.Uri | undefined): Promise<DatasetSession | undefined> {
    const choice = await chooseDataset(this.engine, folder);
    if (choice.kind === 'none')
      void vscode.window.showInformationMessage(
        vscode.l10n.t('There is no folder of photos in this workspace.'),
      );
    return choice.kind === 'chosen' ? this.sessions.of(choice.root) : undefined;
  }
}

function progressText(progress: VerifyProgress): string {
  switch (progress.kind) {
    case 'scanning':
      return vscode.l10n.t('{count} files found', { count: count(progress.files) });
    case 'checking':
      return vscode.l10n.t('checking, {done} of {of} files', {
        done: count(progress.done),
        of: count(progress.of),
      });
    case 'recomputing':
      return vscode.l10n.t('computing anew, {done} of {of} images', {
        done: count(progress.done),
        of: count(progress.of),
      });
  }
}

async function tellVerified(name: string, result: VerifyResult): Promise<void> {
  const { rows, recomputed, findings } = result;
  const facts = { name, rows: count(rows), recomputed: count(recomputed), count: count(findings.length) };
  if (findings.length === 0) {
    const text = vscode.l10n.t(
      '{name}: {rows} rows checked, {recomputed} images computed anew, no difference found.',
      facts,
    );
    await vscode.window.showInformationMessage(notificationText(text));
    return;
  }
  const show = vscode.l10n.t('Show Report');
  const text = vscode.l10n.t(
    '{name}: {rows} rows checked, {recomputed} images computed anew, {count} differences found.',
    facts,
  );
  if ((await vscode.window.showWarningMessage(notificationText(text), show)) !== show) return;
  const content = reportText(result);
  await vscode.window.showTextDocument(await vscode.workspace.openTextDocument({ content }));
}

/** A line a difference, and what becomes of it. */
function reportText({ cache, findings, missing }: VerifyResult): string {
  const lines = [cache, '', ...findings.map(findingText), ''];
  lines.push(vscode.l10n.t('The next retraining computes {count} images.', { count: count(missing) }));
  if (findings.some(({ kind }) => kind === 'differs'))
    lines.push(
      vscode.l10n.t(
        'Values that differ are whole and stay in use: Clear Bottlenecks has everything computed again.',
      ),
    );
  // names come from disk: a line stays a line
  return `${lines.map((line) => line.replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, '\uFFFD')).join('\n')}\n`;
}

function findingText(finding: CacheFinding): string {
  if (finding.kind === 'unreadable')
    return vscode.l10n.t('unreadable: {message}', { message: failureText(finding.failure) });
  const row = finding.place?.row;
  const where = [finding.place?.part, typeof row === 'number' ? String(row) : undefined];
  const place = where.filter((part) => part !== undefined).join(', ');
  const facts = { path: finding.path ?? '', place };
  switch (finding.kind) {
    case 'damaged':
      return vscode.l10n.t('damaged: {path} ({place})', facts);
    case 'missingImage':
      return vscode.l10n.t('photo gone: {path} ({place})', facts);
    case 'stale':
      return vscode.l10n.t('stale: {path} ({place})', facts);
    case 'differs':
      return vscode.l10n.t('differs by {distance}: {path} ({place})', {
        ...facts,
        distance: finding.distance.toPrecision(2),
      });
  }
}
