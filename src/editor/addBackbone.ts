import path from 'node:path';
import * as vscode from 'vscode';
import { isAbort, RetrainError, type ErrorCode } from '../base';
import type { AddedBackbone, JobParams, JobResult } from '../protocol';
import { askCut, askName, askNormalisation, askSize, askSource } from './backboneQuestions';
import { connection } from './connection';
import { chooseDataset, subjectOf, workspaceDatasets } from './datasets';
import { withDownloadProgress } from './downloadProgress';
import type { EngineClient } from './engineClient';
import { tellFailure } from './failures';
import { notificationText } from './plainText';
import { progressNotification } from './progressNotification';
import { chooseSetting } from './settingChoice';
import { count } from './wording';

type Source = Pick<JobParams<'inspectNetwork'>, 'source' | 'input' | 'connection'>;
type Network = JobResult<'inspectNetwork'>;

/** Add Backbone…: makes a backbone of a TF.js model or an ONNX file; asks for what its files do not say. */
export class AddBackbone {
  constructor(
    private readonly engine: EngineClient,
    private readonly log: vscode.LogOutputChannel,
  ) {}

  /** The id of the backbone that was added; undefined where the person did not go through with it. */
  async add(scope: vscode.Uri | undefined): Promise<string | undefined> {
    const named = await askSource();
    if (named === undefined) return undefined;
    const inspected = await this.#inspect({ source: named, input: null, connection: connection() });
    if (!inspected) return undefined;
    const { source, network } = inspected;
    const cut = await askCut(network);
    if (!cut) return undefined;
    const normalisation = network.normalisationKnown ? null : await askNormalisation();
    if (normalisation === undefined) return undefined;
    const added = await this.#keep({ ...source, cut, normalisation }, network.name);
    if (!added) return undefined;
    const id = (added.quantisable && (await this.#quantise(added, scope))) || added.id;
    void this.#offer(added, id, scope);
    return id;
  }

  async #inspect(source: Source): Promise<{ source: Source; network: Network } | undefined> {
    const name = path.basename(source.source);
    try {
      const network = await withDownloadProgress(vscode.l10n.t('Reading {name}', { name }), (options) =>
        this.engine.run('inspectNetwork', source, options),
      );
      return { source, network };
    } catch (error) {
      if (source.input !== null || !isFailure(error, 'BACKBONE_INPUT_OPEN')) throw error;
      const input = await askSize();
      return input && this.#inspect({ ...source, input });
    }
  }

  /** Asks for a name until it is one that is free. */
  async #keep(
    params: Omit<JobParams<'addBackbone'>, 'name'>,
    suggested: string,
  ): Promise<AddedBackbone | undefined> {
    let problem: RetrainError | undefined;
    for (let name: string | undefined = suggested; ;) {
      name = await askName(name, problem);
      if (name === undefined) return undefined;
      const title = vscode.l10n.t('Adding the backbone {name}', { name });
      try {
        const asked = { ...params, name };
        return await withDownloadProgress(title, (options) => this.engine.run('addBackbone', asked, options));
      } catch (error) {
        if (!isFailure(error, 'BACKBONE_TAKEN') && !isFailure(error, 'BACKBONE_ID')) throw error;
        problem = error;
      }
    }
  }

  /** Gives it eight bits by photos of a dataset, if the person wants that and both then agree; the id of what came of it. */
  async #quantise({ id }: AddedBackbone, scope: vscode.Uri | undefined): Promise<string | undefined> {
    const datasets = await workspaceDatasets(this.engine);
    if (datasets.length === 0) return undefined;
    const yes = { label: vscode.l10n.t('Make it 8-bit'), detail: eightBitsDetail() };
    const no = {
      label: vscode.l10n.t('Keep it in float32'),
      detail: vscode.l10n.t('Runs on every runtime that it fits'),
    };
    const title = vscode.l10n.t('Eight bits for {id}?', { id });
    if ((await vscode.window.showQuickPick([yes, no], { title })) !== yes) return undefined;
    const isKnown = scope !== undefined && datasets.includes(scope.fsPath);
    const choice = await chooseDataset(this.engine, isKnown ? scope : undefined);
    if (choice.kind !== 'chosen') return undefined;
    const { name } = subjectOf(choice.root);
    const options = progressNotification(
      vscode.l10n.t('Giving {id} eight bits by the photos of {name}', { id, name }),
    );
    try {
      const made = await vscode.window.withProgress(options, (notification, token) =>
        this.engine.run(
          'quantiseBackbone',
          { id, folder: choice.root },
          {
            token,
            progress: (progress) => {
              if (progress.kind !== 'recomputing') return;
              const { done, of } = progress;
              const message = vscode.l10n.t('{done} of {of} images', { done: count(done), of: count(of) });
              notification.report({ message });
            },
          },
        ),
      );
      return made.id;
    } catch (error) {
      // The float network is there all the same.
      if (!isAbort(error) && !(error instanceof RetrainError)) throw error;
      tellFailure(error, this.log);
      return undefined;
    }
  }

  async #offer({ dimension }: AddedBackbone, id: string, scope: vscode.Uri | undefined): Promise<void> {
    const use = vscode.l10n.t('Use It');
    const text = vscode.l10n.t('The backbone {id} is on this machine: {count} values an image.', {
      id,
      count: count(dimension),
    });
    if ((await vscode.window.showInformationMessage(notificationText(text), use)) === use)
      await chooseSetting(this.engine, 'backbone', id, scope);
  }
}

function eightBitsDetail(): string {
  return vscode.l10n.t(
    'Smaller and faster on onnx, with ranges from your photos; kept only where it then agrees with float32',
  );
}

function isFailure(error: unknown, code: ErrorCode): error is RetrainError {
  return error instanceof RetrainError && error.code === code;
}
