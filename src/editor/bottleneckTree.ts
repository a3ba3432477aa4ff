import path from 'node:path';
import * as vscode from 'vscode';
import type { CacheTree, CacheTreeImage } from '../protocol';
import type { BottleneckEditors } from './bottleneckEditor';
import type { DatasetSessions } from './datasetSessions';
import { subjectOf } from './datasets';
import { rootNodes, TreeRefresh } from './datasetTree';
import type { EngineClient } from './engineClient';
import { registerCommand } from './failures';
import { count } from './wording';

type Backbone = CacheTree['backbones'][number];
type Label = Backbone['labels'][number];

export type TreeNode =
  | { readonly kind: 'dataset'; readonly root: string; readonly backbones: readonly Backbone[] }
  | { readonly kind: 'backbone'; readonly root: string; readonly backbone: Backbone }
  | { readonly kind: 'label'; readonly root: string; readonly backbone: string; readonly label: Label }
  | {
      readonly kind: 'image';
      readonly root: string;
      readonly backbone: string;
      readonly image: CacheTreeImage;
    };

type DatasetNode = Extract<TreeNode, { kind: 'dataset' }>;

/** Opens a row of the tree in the bottleneck editor; not for the palette. */
const openRow = 'retrain.openBottleneckRow';

/** The Bottlenecks view: what is cached, by backbone, label and image; by dataset first where there are several. */
export class BottleneckTree implements vscode.TreeDataProvider<TreeNode> {
  readonly #refresh = new TreeRefresh();
  readonly onDidChangeTreeData = this.#refresh.onDidChangeTreeData;

  constructor(
    private readonly engine: EngineClient,
    private readonly sessions: DatasetSessions,
    private readonly log: vscode.LogOutputChannel,
  ) {}

  register(editors: BottleneckEditors): vscode.Disposable {
    const refresh = () => this.#refreshWhenAtRest();
    return vscode.Disposable.from(
      vscode.window.createTreeView('retrain.bottlenecks', { treeDataProvider: this, showCollapseAll: true }),
      registerCommand('retrain.refreshBottlenecks', this.log, () => this.#refresh.now()),
      registerCommand(openRow, this.log, (image: CacheTreeImage) => editors.open(image.file, image.row)),
      this.#refresh.watch('**/.bottlenecks/**', refresh),
      this.sessions.onDidChange(refresh),
      this.#refresh,
    );
  }

  async getChildren(node?: TreeNode): Promise<TreeNode[]> {
    if (node === undefined) return this.#roots();
    switch (node.kind) {
      case 'dataset':
        return backboneNodes(node);
      case 'backbone': {
        const { root, backbone } = node;
        return backbone.labels.map((label) => ({ kind: 'label', root, backbone: backbone.id, label }));
      }
      case 'label': {
        const { root, backbone, label } = node;
        return label.images.map((image) => ({ kind: 'image', root, backbone, image }));
      }
      case 'image':
        return [];
    }
  }

  getTreeItem(node: TreeNode): vscode.TreeItem {
    const { Collapsed, Expanded } = vscode.TreeItemCollapsibleState;
    switch (node.kind) {
      case 'dataset': {
        const { name, shownPath } = subjectOf(node.root);
        return branch(name, Expanded, { description: shownPath, icon: 'folder-library', id: node.root });
      }
      case 'backbone': {
        const images = node.backbone.labels.reduce((sum, label) => sum + label.images.length, 0);
        const id = `${node.root}\n${node.backbone.id}`;
        return branch(node.backbone.id, Expanded, { description: count(images), icon: 'layers', id });
      }
      case 'label': {
        const { label, images } = node.label;
        const id = `${node.root}\n${node.backbone}\n${label}`;
        return branch(label.normalize('NFC'), Collapsed, {
          description: count(images.length),
          icon: 'tag',
          id,
        });
      }
      case 'image':
        return imageItem(node.image);
    }
  }

  #roots(): Promise<TreeNode[]> {
    const read = async (root: string): Promise<DatasetNode | undefined> => {
      const { backbones } = await this.engine.run('listBottlenecks', { folder: root });
      return backbones.length > 0 ? { kind: 'dataset', root, backbones } : undefined;
    };
    return rootNodes(this.engine, this.log, read, backboneNodes);
  }

  /** A running retraining writes without end: the tree waits for it. */
  #refreshWhenAtRest(): void {
    if (!this.sessions.retraining) this.#refresh.request();
  }
}

function backboneNodes({ root, backbones }: DatasetNode): TreeNode[] {
  return backbones.map((backbone) => ({ kind: 'backbone', root, backbone }));
}

function branch(
  label: string,
  state: vscode.TreeItemCollapsibleState,
  { description, icon, id }: { description: string; icon: string; id: string },
): vscode.TreeItem {
  const item = new vscode.TreeItem(label, state);
  item.description = description;
  item.iconPath = new vscode.ThemeIcon(icon);
  item.id = id;
  return item;
}

function imageItem(image: CacheTreeImage): vscode.TreeItem {
  const item = new vscode.TreeItem(path.posix.basename(image.path));
  item.tooltip = image.path;
  item.iconPath = new vscode.ThemeIcon('file-media');
  item.command = { command: openRow, title: vscode.l10n.t('Show Bottleneck Values'), arguments: [image] };
  return item;
}
