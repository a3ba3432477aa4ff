import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import type { RunNode } from '../../src/editor';
import type { HeadsView } from '../../src/protocol';
import { watchDialogs } from './support/dialogs';
import {
  activated,
  eventually,
  putThreeClasses,
  retrain,
  scratch,
  tabsOf,
  workspaceFolder,
} from './support/extension';

type Run = Extract<RunNode, { kind: 'run' }>;

describe('the tree of runs', function () {
  this.timeout(120_000);
  const dialogs = watchDialogs();
  const folderOf = scratch();
  const made: string[] = [];

  const nodes = async (): Promise<RunNode[]> => {
    const { runs } = await activated();
    return runs.tree.getChildren();
  };
  const runNodes = async (): Promise<Run[]> => {
    return (await nodes()).filter((node) => node.kind === 'run');
  };
  const nodeOf = async (folder: string): Promise<Run> => {
    const node = (await runNodes()).find(({ run }) => run.folder === folder);
    assert.ok(node, `${folder} is not in the tree`);
    return node;
  };
  const act = (id: string, ...args: unknown[]) =>
    vscode.commands.executeCommand<unknown>(`retrain.${id}`, ...args);

  before(async () => {
    for (let i = 0; i < 2; i++) {
      const run = await retrain(workspaceFolder());
      assert.ok(run);
      made.push(run.folder);
    }
  });
  after(async () => {
    const configuration = vscode.workspace.getConfiguration('retrain');
    for (const key of ['seed', 'head', 'backbone', 'testingPercentage'])
      await configuration.update(key, undefined, vscode.ConfigurationTarget.Workspace);
  });

  it('lists the newest first, with accuracy, leave-one-out, date and images', async () => {
    const { runs } = await activated();
    const listed = (await runNodes()).map(({ run }) => run.folder);
    assert.deepEqual(listed.slice(0, 2), [made[1], made[0]]);
    const item = runs.tree.getTreeItem(await nodeOf(made[1] ?? ''));
    assert.equal(item.label, path.basename(made[1] ?? ''));
    assert.match(String(item.description), /^\d+(\.\d)?%, leave-one-out \d+(\.\d)?% · .+ · 200 images$/);
    assert.ok(typeof item.tooltip === 'string');
    assert.match(item.tooltip, /^Leave-one-out: \d+(\.\d)?% of all 200 images named rightly$/m);
    assert.equal(item.contextValue, 'run');
  });

  it('pins to the top and renames, in the folder of the run', async () => {
    const [older = ''] = made;
    const { runs } = await activated();
    await act('pinRunToTop', await nodeOf(older));
    assert.equal((await runNodes())[0]?.run.folder, older);
    const { showInputBox } = vscode.window;
    try {
      Object.assign(vscode.window, { showInputBox: () => Promise.resolve('first of all') });
      await act('renameRun', await nodeOf(older));
      const item = runs.tree.getTreeItem(await nodeOf(older));
      assert.deepEqual([item.label, item.contextValue], ['first of all', 'run.pinned']);
      Object.assign(vscode.window, { showInputBox: () => Promise.resolve('') });
      await act('renameRun', await nodeOf(older));
      assert.equal(runs.tree.getTreeItem(await nodeOf(older)).label, path.basename(older));
    } finally {
      Object.assign(vscode.window, { showInputBox });
    }
    await act('unpinRun', await nodeOf(older));
    assert.equal((await runNodes())[0]?.run.folder, made[1]);
  });

  it('opens a run in the panel of its dataset', async () => {
    const { sessions } = await activated();
    await act('openRun', await nodeOf(made[0] ?? ''));
    const { state } = sessions.of(workspaceFolder());
    assert.ok(state.kind === 'done');
    assert.equal(state.run.folder, made[0]);
    assert.equal(state.learning.kind, 'none');
  });

  it('says whether more images would help, and stops when asked', async () => {
    const { sessions } = await activated();
    const session = sessions.of(workspaceFolder());
    const learning = () => (session.state.kind === 'done' ? session.state.learning : undefined);
    await session.learn();
    const answer = learning();
    assert.ok(answer?.kind === 'done', answer?.kind);
    assert.deepEqual([answer.answer.images, answer.answer.testedImages], [200, 200]);
    assert.ok(answer.answer.forecast);
    assert.equal(answer.answer.head, 'ridge');
    const again = session.learn();
    assert.equal(learning()?.kind, 'running');
    session.cancelLearning();
    await again;
    assert.equal(learning()?.kind, 'cancelled');
  });

  describe('heads', () => {
    const head = (): unknown => vscode.workspace.getConfiguration('retrain').get('head');
    const file = () => path.join(workspaceFolder(), 'retrain.json');
    afterEach(async () => {
      rmSync(file(), { force: true });
      await vscode.workspace
        .getConfiguration('retrain')
        .update('head', undefined, vscode.ConfigurationTarget.Workspace);
    });

    it('are compared by a command for the run that is shown, and one of them becomes the setting', async () => {
      const { sessions } = await activated();
      const session = sessions.of(workspaceFolder());
      const { showQuickPick } = vscode.window;
      const asked: (readonly vscode.QuickPickItem[])[] = [];
      // First none, which is asked again, then two.
      const answer = (items: readonly vscode.QuickPickItem[]) => {
        asked.push(items);
        return Promise.resolve(asked.length === 1 ? [] : items.slice(0, 2));
      };
      Object.assign(vscode.window, { showQuickPick: answer });
      const view = await vscode.commands.executeCommand<HeadsView>(
        'retrain.compareHeads',
        vscode.Uri.file(workspaceFolder()),
      );
      Object.assign(vscode.window, { showQuickPick });
      assert.deepEqual(
        asked.map((items) => items.map(({ picked }) => picked)),
        [
          [true, true, true, true, false],
          [false, false, false, false, false],
        ],
      );
      assert.ok(view.kind === 'done', view.kind);
      const { heads, images, folds, repeats, seed } = view.answer;
      assert.deepEqual([images, folds, repeats, seed], [200, 5, 1, 42]);
      assert.deepEqual(
        heads.map(({ head: kind }) => kind),
        ['softmax', 'ridge'],
      );
      for (const { accuracy, interval } of heads)
        assert.ok(accuracy > 0.6 && interval.low <= accuracy && accuracy <= interval.high);
      assert.ok(tabsOf('retrain.panel').length > 0);
      const shown = () => (session.state.kind === 'done' ? session.state.head : undefined);
      assert.equal(shown(), 'ridge');
      assert.equal(await session.useHead('softmax'), true);
      assert.equal(head(), 'softmax');
      await eventually('the panel says so', () => (shown() === 'softmax' ? true : undefined));
    });

    it('are set in the retrain.json, where there is one', async () => {
      const { sessions } = await activated();
      const session = sessions.of(workspaceFolder());
      writeFileSync(file(), '{ "optimizer": "l-bfgs" }');
      assert.equal(await session.useHead('ridge'), true);
      assert.deepEqual(JSON.parse(readFileSync(file(), 'utf8')), { head: 'ridge' });
      assert.ok(session.state.kind === 'done');
      assert.equal(session.state.head, 'ridge');
    });

    it('need a run to be compared for, and say so', async () => {
      const photos = await putThreeClasses(await folderOf('never-trained'), 3);
      dialogs.messages.length = 0;
      assert.equal(await act('compareHeads', vscode.Uri.file(photos)), undefined);
      assert.match(dialogs.messages[0]?.text ?? '', /^There is no run for .* yet; retrain first\.$/);
    });

    it('can be cancelled while they are compared', async () => {
      const { sessions } = await activated();
      const session = sessions.of(workspaceFolder());
      const again = session.compareHeads(['ridge', 'softmax'], 20);
      session.cancelComparingHeads();
      assert.equal((await again)?.kind, 'cancelled');
    });
  });

  it('makes the settings of a run those of the workspace', async () => {
    const node = await nodeOf(made[0] ?? '');
    const get = (key: string): unknown => vscode.workspace.getConfiguration('retrain').get(key);
    await vscode.workspace
      .getConfiguration('retrain')
      .update('seed', 7, vscode.ConfigurationTarget.Workspace);
    await vscode.workspace
      .getConfiguration('retrain')
      .update('head', 'softmax', vscode.ConfigurationTarget.Workspace);
    assert.equal(get('seed'), 7);
    await vscode.workspace
      .getConfiguration('retrain')
      .update('randomCrop', 30, vscode.ConfigurationTarget.Workspace);
    await act('restoreRunSettings', node);
    assert.deepEqual([get('seed'), get('head')], [42, 'ridge']);
    assert.equal(get('randomCrop'), 0, 'the run had no distortions');
    assert.equal(get('backbone'), 'efficientnet-lite2-int8');
    assert.equal(get('runtime'), 'auto');
    assert.match(dialogs.messages.at(-1)?.text ?? '', /^Settings of .* restored: .*seed 42/);
    await act('restoreRunSettings', node);
    assert.match(dialogs.messages.at(-1)?.text ?? '', /^The settings are already those of /);
  });

  it('makes them those of the retrain.json, where there is one', async () => {
    const node = await nodeOf(made[0] ?? '');
    const { sessions } = await activated();
    const file = path.join(workspaceFolder(), 'retrain.json');
    await writeFile(file, '{ "seed": 7, "runtime": "onnx" }');
    try {
      await act('restoreRunSettings', node);
      const said = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
      assert.deepEqual([said['seed'], said['runtime'], said['head']], [42, 'onnx', 'ridge']);
      const { settings } = sessions.of(workspaceFolder());
      assert.ok(settings.facts?.kind === 'read' && settings.facts.names.includes('backbone'));
      assert.match(
        dialogs.messages.at(-1)?.text ?? '',
        /^Settings of .* restored in retrain\.json: .*seed 42/,
      );
    } finally {
      await rm(file);
      await sessions.of(workspaceFolder()).settings.refresh();
    }
  });

  it('compares two that are selected, the older one first, and one with another that is chosen', async () => {
    const { runs } = await activated();
    const [older, newer] = [await nodeOf(made[0] ?? ''), await nodeOf(made[1] ?? '')];
    await act('compareRuns', newer, [newer, older]);
    await eventually('its tab', () => (tabsOf('retrain.comparison').length === 1 ? true : undefined));
    const state = await runs.comparisons.show(older.run.folder, newer.run.folder);
    assert.ok(state.kind === 'comparison');
    assert.deepEqual(
      [state.comparison.before.folder, state.comparison.after.folder],
      [older.run.folder, newer.run.folder],
    );
    assert.equal(state.comparison.dataset.kind, 'known');
    assert.equal(tabsOf('retrain.comparison').length, 1, 'the page that is open is shown');
    await act('compareRuns', newer, [newer]);
    assert.equal(dialogs.messages.at(-1)?.text, 'Select two runs to compare them.');
    dialogs.choose = (labels) => {
      assert.ok(!labels.includes(path.basename(newer.run.folder)));
      return path.basename(older.run.folder);
    };
    await act('compareRunWith', newer);
    assert.equal(tabsOf('retrain.comparison').length, 1);
  });

  it('asks before it deletes, and shows another run then', async () => {
    const { sessions } = await activated();
    const [older = '', newer = ''] = made;
    const session = sessions.of(workspaceFolder());
    await session.showRun(newer);
    await act('deleteRun', await nodeOf(newer));
    assert.ok(existsSync(newer));
    assert.match(
      dialogs.messages[0]?.text ?? '',
      /^Delete the run .*\? Its last layer, settings and answers go\./,
    );
    dialogs.confirm = ([first]) => first;
    await act('deleteRun', await nodeOf(newer));
    assert.ok(!existsSync(newer));
    assert.ok(!(await runNodes()).some(({ run }) => run.folder === newer));
    assert.ok(session.state.kind === 'done');
    assert.notEqual(session.state.run.folder, newer);
    assert.ok(existsSync(older));
  });

  it('notices runs that come, and names those that are damaged', async () => {
    const { runs } = await activated();
    const [older = ''] = made;
    const copy = `${older}-copy`;
    let changes = 0;
    const listener = runs.tree.onDidChangeTreeData(() => changes++);
    await cp(older, copy, { recursive: true });
    await writeFile(path.join(copy, 'run.json'), '{');
    await eventually('the tree changes', () => (changes > 0 ? true : undefined));
    listener.dispose();
    const damaged = (await nodes()).find((node) => node.kind === 'damaged');
    assert.ok(damaged?.kind === 'damaged');
    assert.equal(damaged.folder, copy);
    const { tooltip } = runs.tree.getTreeItem(damaged);
    assert.ok(typeof tooltip === 'string');
    assert.match(tooltip, /run\.json is damaged \(it is not JSON\)/);
    await rm(copy, { recursive: true });
  });
});
