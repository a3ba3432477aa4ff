import assert from 'node:assert/strict';
import { cp, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import type { BottleneckTree, TreeNode } from '../../src/editor';
import { watchDialogs } from './support/dialogs';
import {
  activated,
  eventually,
  filesBelow,
  putThreeClasses,
  retrain,
  samples,
  scratch,
  tabsOf,
  workspaceFolder,
} from './support/extension';

interface Location {
  readonly file: string;
  readonly row: number;
}

const showValues = (image: string) =>
  vscode.commands.executeCommand<Location | undefined>(
    'retrain.showBottleneckValues',
    vscode.Uri.file(image),
  );

const parts = async (root: string) =>
  (await filesBelow(path.join(root, '.bottlenecks')))
    .filter((file) => file.endsWith('.npy'))
    .map((file) => path.join(root, '.bottlenecks', file));

describe('the bottleneck editor', function () {
  this.timeout(120_000);
  const newFolder = scratch();
  const dialogs = watchDialogs();
  let root: string;

  before(async () => {
    root = await putThreeClasses(await newFolder('inspected'), 6);
    await vscode.commands.executeCommand('retrain.retrainClassifier', vscode.Uri.file(root));
  });

  const part = async (file: string) => {
    const { bottleneckEditors } = await activated();
    return eventually(`the editor of ${file} shows something`, () => bottleneckEditors.states(file).at(-1));
  };

  it('opens the .npy files under .bottlenecks, and shows what their rows are about', async () => {
    const [file] = await parts(root);
    assert.ok(file);
    await vscode.commands.executeCommand('vscode.open', vscode.Uri.file(file));
    await eventually('its tab', () => (tabsOf('retrain.bottlenecks').length === 1 ? true : undefined));
    const state = await part(file);
    assert.ok(state.kind === 'part');
    assert.equal(state.part.dimension, 2912);
    assert.equal(state.part.mean.length, 2912);
    assert.ok(['daisy', 'roses', 'tulips'].includes(state.part.label));
    for (const { path: image } of state.part.rows)
      assert.match(image ?? '', new RegExp(`^${state.part.label}/`));
  });

  it('chooses the row of an image, in an editor that opens and in one that is open', async () => {
    const images = (await filesBelow(path.join(root, 'roses'))).slice(0, 2);
    assert.equal(images.length, 2);
    for (const image of images) {
      const location = await showValues(path.join(root, 'roses', image));
      assert.ok(location);
      const state = await part(location.file);
      assert.ok(state.kind === 'part');
      assert.equal(state.row, location.row);
      assert.equal(state.part.rows.find(({ row }) => row === location.row)?.path, `roses/${image}`);
    }
  });

  it('computes the values of an image that has none yet', async () => {
    const [name] = (await filesBelow(path.join(samples(), 'daisy'))).slice(-1);
    assert.ok(name);
    const image = path.join(root, 'daisy', 'new.jpg');
    await cp(path.join(samples(), 'daisy', name), image);
    const location = await showValues(image);
    assert.ok(location);
    const state = await part(location.file);
    assert.ok(state.kind === 'part');
    assert.equal(state.part.rows.find(({ row }) => row === location.row)?.path, 'daisy/new.jpg');
    assert.equal((await retrain(root))?.bottlenecks.computed, 0);
  });

  it('says in clear words what is wrong with a damaged file', async () => {
    const damaged = path.join(await newFolder('damaged'), '.bottlenecks', 'v1', 'x', 'y', 'damaged.npy');
    await vscode.workspace.fs.writeFile(vscode.Uri.file(damaged), Buffer.from('not numpy'));
    await vscode.commands.executeCommand('vscode.open', vscode.Uri.file(damaged));
    const state = await part(damaged);
    assert.ok(state.kind === 'failed');
    assert.match(state.message, /damaged\.npy/);
    assert.deepEqual(dialogs.messages, []);
  });

  it('shows a file anew when it has changed', async () => {
    const source = (await parts(root))[0];
    assert.ok(source);
    await vscode.commands.executeCommand('vscode.open', vscode.Uri.file(source));
    const before = await part(source);
    assert.ok(before.kind === 'part');
    await writeFile(source, (await readFile(source)).subarray(0, 10));
    const { bottleneckEditors } = await activated();
    await eventually('the truncated file is shown as damaged or shorter', () =>
      bottleneckEditors.states(source).at(-1) === before ? undefined : true,
    );
  });
});

describe('the tree of bottlenecks', function () {
  this.timeout(120_000);
  watchDialogs();

  const children = async (tree: BottleneckTree, node?: TreeNode) =>
    (await tree.getChildren(node)).map((child) => ({ child, item: tree.getTreeItem(child) }));

  it('lists backbone, label and image, and opens the row of an image', async () => {
    const { bottleneckTree: tree, bottleneckEditors } = await activated();
    await vscode.commands.executeCommand('retrain.retrainClassifier');
    const [backbone, ...others] = await children(tree);
    assert.ok(backbone);
    assert.deepEqual(others, []);
    assert.equal(backbone.item.label, 'efficientnet-lite2-int8');
    const labels = await children(tree, backbone.child);
    assert.deepEqual(
      labels.map(({ item }) => [item.label, item.description]),
      ['daisy', 'dandelion', 'roses', 'sunflowers', 'tulips'].map((label) => [label, '40']),
    );
    const roses = labels[2];
    assert.ok(roses);
    const images = await children(tree, roses.child);
    assert.equal(images.length, 40);
    const image = images[7];
    assert.ok(image?.child.kind === 'image' && image.item.command);
    const { command, arguments: args = [] } = image.item.command;
    await vscode.commands.executeCommand(command, ...(args as unknown[]));
    const { file, row, path: shown } = image.child.image;
    const state = await eventually('the editor shows the row', () => bottleneckEditors.states(file).at(-1));
    assert.ok(state.kind === 'part');
    assert.equal(state.row, row);
    assert.equal(state.part.rows.find((candidate) => candidate.row === row)?.path, shown);
    assert.ok(file.startsWith(workspaceFolder()));
  });

  it('says so when there is something new', async () => {
    const { bottleneckTree: tree } = await activated();
    let changes = 0;
    const listener = tree.onDidChangeTreeData(() => changes++);
    await vscode.commands.executeCommand('retrain.refreshBottlenecks');
    await vscode.commands.executeCommand('retrain.retrainClassifier');
    await eventually('the tree changes again after the run', () => (changes > 1 ? true : undefined));
    listener.dispose();
  });
});
