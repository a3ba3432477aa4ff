import * as vscode from 'vscode';
import type { BackboneListing } from '../protocol';
import { connection } from './connection';
import { withDownloadProgress } from './downloadProgress';
import type { EngineClient } from './engineClient';
import { listText } from './plainText';
import { offerRetraining } from './retrainNotifications';
import { chooseSetting, heldSetting } from './settingChoice';
import { count, fileSize } from './wording';

/** Other ways to a backbone, offered below the list. */
export interface BackboneWays {
  /** While something else is computed no speed is measured. */
  isBusy(): boolean;
  add(scope: vscode.Uri | undefined): Promise<string | undefined>;
  compare(scope: vscode.Uri | undefined): Promise<unknown>;
}

interface Item extends vscode.QuickPickItem {
  /** What choosing it comes to: the id that is set, undefined where it is none. */
  readonly choose: () => Promise<string | undefined>;
}

/** Choose Backbone: lists what is here and what can be downloaded, and makes it a setting. */
export class ChooseBackbone {
  constructor(
    private readonly engine: EngineClient,
    private readonly ways: BackboneWays,
  ) {}

  /** The id that was chosen for the dataset or folder at `scope`, or for the workspace. */
  async choose(scope: vscode.Uri | undefined): Promise<string | undefined> {
    const item = await vscode.window.showQuickPick<Item | vscode.QuickPickItem>(this.#listed(scope), {
      title: vscode.l10n.t('Choose the backbone'),
      placeHolder: vscode.l10n.t('The frozen network that turns each image into its bottleneck values'),
      matchOnDescription: true,
      matchOnDetail: true,
    });
    return item && 'choose' in item ? item.choose() : undefined;
  }

  /** The list says that it is at work while new backbones are measured, which takes a second or two. */
  async #listed(scope: vscode.Uri | undefined): Promise<(Item | vscode.QuickPickItem)[]> {
    if (!this.ways.isBusy()) await this.engine.run('measureSpeeds', {});
    const { backbones } = await this.engine.run('listBackbones', {});
    return this.#items(backbones, await heldSetting(this.engine, 'backbone', scope), scope);
  }

  #items(
    backbones: readonly BackboneListing[],
    chosen: unknown,
    scope: vscode.Uri | undefined,
  ): (Item | vscode.QuickPickItem)[] {
    const mark = (id: string, name: string): string => `${id === chosen ? '$(check) ' : ''}${listText(name)}`;
    const separator = (label: string) => ({ label, kind: vscode.QuickPickItemKind.Separator });
    const itemOf = (backbone: BackboneListing): Item => ({
      label: mark(backbone.id, backbone.name),
      description: backbone.id,
      detail: listText(factsOf(backbone)),
      choose: () => this.#use(backbone, scope),
    });
    const here = backbones.filter(({ origin }) => origin !== 'catalogue');
    const there = backbones.filter(({ origin }) => origin === 'catalogue');
    return [
      {
        label: mark('auto', vscode.l10n.t('Automatic')),
        description: 'auto',
        detail: vscode.l10n.t(
          'EfficientNet-Lite2 with eight bits where the runtime executes it, else in float32',
        ),
        choose: () => this.#set('auto', vscode.l10n.t('Automatic'), scope),
      },
      separator(vscode.l10n.t('on this machine')),
      ...here.map(itemOf),
      ...(there.length > 0 ? [separator(vscode.l10n.t('to download')), ...there.map(itemOf)] : []),
      separator(vscode.l10n.t('more')),
      {
        label: `$(add) ${vscode.l10n.t('Add Backbone…')}`,
        description: vscode.l10n.t('a TensorFlow.js model or an ONNX file'),
        choose: () => this.ways.add(scope),
      },
      {
        label: `$(graph-scatter) ${vscode.l10n.t('Compare Backbones…')}`,
        description: vscode.l10n.t('accuracy on your photos against time'),
        choose: async () => {
          await this.ways.compare(scope);
          return undefined;
        },
      },
    ];
  }

  async #use(backbone: BackboneListing, scope: vscode.Uri | undefined): Promise<string | undefined> {
    if (backbone.origin === 'catalogue' && !(await this.#download(backbone))) return undefined;
    return this.#set(backbone.id, backbone.name, scope);
  }

  /** Asks, then downloads; an earlier download that was cancelled or broke off goes on. */
  async #download({ id, name, bytes, licence, address }: BackboneListing): Promise<boolean> {
    const download = vscode.l10n.t('Download');
    const question = vscode.l10n.t('Download the backbone {name}?', { name });
    const detail = vscode.l10n.t(
      '{size} from {address}, licence {licence}. It is checked and kept on this machine; your photos stay here.',
      { size: fileSize(bytes), address: address ?? '', licence: licence ?? '?' },
    );
    const answer = await vscode.window.showInformationMessage(question, { modal: true, detail }, download);
    if (answer !== download) return false;
    const params = { id, cut: null, connection: connection(), from: null };
    await withDownloadProgress(vscode.l10n.t('Downloading {name}', { name }), (options) =>
      this.engine.run('downloadBackbone', params, options),
    );
    return true;
  }

  async #set(id: string, name: string, scope: vscode.Uri | undefined): Promise<string> {
    await chooseSetting(this.engine, 'backbone', id, scope);
    offerRetraining(vscode.l10n.t('The next retraining uses the backbone {name}.', { name }), scope);
    return id;
  }
}

/** Size, dimension, licence and speed of a backbone, in a line. */
function factsOf(backbone: BackboneListing): string {
  const { dimension, input, eightBits, bytes, licence, better, speed, origin } = backbone;
  const facts = [
    vscode.l10n.t('{count} values', { count: count(dimension) }),
    `${input.width} × ${input.height}`,
    eightBits ? vscode.l10n.t('8 bits') : vscode.l10n.t('float32'),
    fileSize(bytes),
    licence ?? vscode.l10n.t('licence not stated'),
  ];
  if (speed !== null)
    facts.push(
      vscode.l10n.t('{time} ms an image on {runtime}', {
        time: new Intl.NumberFormat(vscode.env.language, { maximumSignificantDigits: 2 }).format(
          speed.millisecondsAnImage,
        ),
        runtime: speed.runtime,
      }),
    );
  if (better !== null)
    facts.push(vscode.l10n.t('trained further on its own photos: {better} serves others better', { better }));
  if (origin === 'embedded') facts.push(vscode.l10n.t('comes with the extension'));
  return facts.join(' · ');
}
