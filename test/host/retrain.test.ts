import assert from 'node:assert/strict';
import { access, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import type { RunNode } from '../../src/editor';
import type { ClassifyResult, RunView } from '../../src/protocol';
import { watchDialogs } from './support/dialogs';
import {
  activated,
  eventually,
  putPhotos,
  putThreeClasses,
  retrain,
  scratch,
  tabsOf,
  workspaceFolder,
} from './support/extension';

describe('Retrain Classifier', function () {
  this.timeout(120_000);
  const newFolder = scratch();
  const dialogs = watchDialogs();

  it('saves a run and shows it in the panel of its dataset', async () => {
    const { sessions } = await activated();
    const root = await putThreeClasses(await newFolder('photos'), 8);
    const run = await retrain(root);
    assert.ok(run, 'there is no run');
    await access(path.join(run.folder, 'run.json'));
    await access(path.join(run.folder, 'model.json'));
    assert.equal(path.dirname(run.folder), path.join(root, '.retrain', 'runs'));
    assert.deepEqual(run.dataset.classes, [
      { label: 'daisy', count: 8 },
      { label: 'roses', count: 8 },
      { label: 'tulips', count: 8 },
    ]);
    const { state } = sessions.of(root);
    assert.ok(state.kind === 'done');
    assert.equal(state.run.folder, run.folder);
    await eventually('its tab', () =>
      tabsOf('retrain.panel').find(({ label }) => label === 'Retrain: photos'),
    );
    assert.deepEqual(dialogs.messages, [], 'the panel in front says it');
  });

  it('tells the accuracy when another editor has come before the panel', async () => {
    const root = await putThreeClasses(await newFolder('unseen'), 30);
    const ended = retrain(root);
    await eventually('its tab', () =>
      tabsOf('retrain.panel').find(({ label }) => label === 'Retrain: unseen'),
    );
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument({ content: 'other work' }));
    const run = await ended;
    assert.ok(run, 'there is no run');
    const right = run.evaluation.confusion.reduce((sum, row, truth) => sum + (row[truth] ?? 0), 0);
    const [message] = dialogs.messages;
    assert.match(
      message?.text ?? '',
      new RegExp(`${right} of ${run.evaluation.n} testing photos named rightly`),
    );
    assert.match(message?.text ?? '', /90 bottleneck values computed, 0 from the cache/);
    assert.deepEqual(message?.buttons, ['Show']);
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  });

  it('computes nothing the second time, also when an image has moved to another class', async () => {
    const root = await putThreeClasses(await newFolder('twice'), 6);
    const first = await retrain(root);
    assert.deepEqual([first?.bottlenecks.cached, first?.bottlenecks.computed], [0, 18]);
    const [moved] = first?.evaluation.predictions ?? [];
    assert.ok(moved);
    const other = moved.label === 'daisy' ? 'roses' : 'daisy';
    await rename(path.join(root, moved.path), path.join(root, other, 'moved.jpg'));
    const second = await retrain(root);
    assert.deepEqual([second?.bottlenecks.cached, second?.bottlenecks.computed], [18, 0]);
  });

  it('trains the head that the settings name, and answers every photo without itself', async () => {
    const root = await putThreeClasses(await newFolder('ridge'), 8);
    const settings = vscode.workspace.getConfiguration('retrain');
    await settings.update('head', 'ridge', vscode.ConfigurationTarget.Workspace);
    try {
      const run = await retrain(root);
      assert.ok(run?.training.kind === 'ridge');
      assert.ok(run.training.trials.length >= 2);
      assert.ok(run.leaveOneOut?.kind === 'measured');
      assert.equal(run.leaveOneOut.predictions.length, 24);
    } finally {
      await settings.update('head', undefined, vscode.ConfigurationTarget.Workspace);
    }
  });

  for (const head of ['softmax', 'hidden', 'neighbours', 'centroid'] as const)
    it(`trains a head that is ${head}, and classifies with it`, async () => {
      const root = await putThreeClasses(await newFolder(head), 8);
      const settings = vscode.workspace.getConfiguration('retrain');
      await settings.update('head', head, vscode.ConfigurationTarget.Workspace);
      try {
        const run = await retrain(root);
        assert.equal(run?.training.head.kind, head);
        assert.equal(run.training.kind, ['softmax', 'hidden'].includes(head) ? 'iterative' : head);
        const photo = path.join(root, 'roses', (await readdir(path.join(root, 'roses')))[0] ?? '');
        const result = await vscode.commands.executeCommand<ClassifyResult | undefined>(
          'retrain.classifyImage',
          vscode.Uri.file(photo),
        );
        const [answer] = result?.answers ?? [];
        assert.ok(answer && answer.kind !== 'failed');
        assert.deepEqual([result?.run.folder, result?.run.head], [run.folder, head]);
        assert.equal(answer.scores.length, 3);
      } finally {
        await settings.update('head', undefined, vscode.ConfigurationTarget.Workspace);
      }
    });

  it('sets the head that is chosen from a list', async () => {
    let offered: readonly string[] = [];
    dialogs.choose = (labels) => {
      offered = labels;
      return labels.find((label) => label.includes('Nearest neighbours'));
    };
    const chosen = await vscode.commands.executeCommand('retrain.chooseHead');
    const settings = vscode.workspace.getConfiguration('retrain');
    try {
      assert.equal(chosen, 'neighbours');
      assert.equal(offered.length, 5);
      assert.equal(settings.get('head'), 'neighbours');
      assert.match(dialogs.messages[0]?.text ?? '', /The next retraining uses the head Nearest neighbours/);
    } finally {
      await settings.update('head', undefined, vscode.ConfigurationTarget.Workspace);
    }
  });

  it('stops a training that is under way, saves what it has come to, and goes on from there', async () => {
    const { sessions } = await activated();
    const root = await putThreeClasses(await newFolder('stopped'), 8);
    const settings = vscode.workspace.getConfiguration('retrain');
    const set = async (values: Readonly<Record<string, string | number | undefined>>) => {
      for (const [name, value] of Object.entries(values))
        await settings.update(name, value, vscode.ConfigurationTarget.Workspace);
    };
    await set({ optimizer: 'adam', trainingSteps: 1_000_000 });
    try {
      const ended = retrain(root);
      const session = await eventually('its training', () => {
        const found = sessions.of(root);
        return found.state.kind === 'running' && found.state.running.training ? found : undefined;
      });
      await vscode.commands.executeCommand('retrain.stopTraining');
      assert.ok(session.state.kind !== 'running' || session.state.stopping);
      const run = await ended;
      assert.ok(run?.training.kind === 'iterative');
      assert.equal(run.training.ended, 'stopped');
      assert.ok(run.continuable && run.training.epochs < 1_000_000);
      assert.equal(dialogs.messages.length, 0);

      const further = vscode.commands.executeCommand<RunView>(
        'retrain.continueTraining',
        vscode.Uri.file(root),
      );
      await eventually('that it goes on', () =>
        session.state.kind === 'running' && session.state.running.training ? true : undefined,
      );
      assert.ok(session.stopTraining());
      const next = await further;
      assert.ok(next.training.kind === 'iterative');
      assert.deepEqual(next.continues, { run: run.name, created: run.created, epochs: run.training.epochs });
      assert.ok(next.training.epochs > run.training.epochs);
      // Where it was stopped between two evaluations, that one falls away.
      const inTurn = run.training.curve.filter(({ epoch }) => epoch % 10 === 9);
      assert.deepEqual(next.training.curve.slice(0, inTurn.length), inTurn);

      // From the tree: on the run that was asked, and not on the newest.
      const { engine, runs } = await activated();
      const listed = await engine.run('summariseRuns', { folder: root });
      const summary = listed.runs.find(({ folder }) => folder === run.folder);
      assert.ok(summary);
      const node: RunNode = { kind: 'run', root, run: summary };
      assert.equal(runs.tree.getTreeItem(node).contextValue, 'run.continuable');
      const other = vscode.commands.executeCommand<RunView>('retrain.continueRun', node);
      await eventually('that it goes on', () =>
        session.state.kind === 'running' && session.state.running.training ? true : undefined,
      );
      assert.ok(session.stopTraining());
      assert.equal((await other).continues?.run, run.name);
    } finally {
      await set({ optimizer: undefined, trainingSteps: undefined });
    }
    await vscode.commands.executeCommand('retrain.stopTraining');
    assert.ok(dialogs.messages.some(({ text }) => text.includes('No training is under way')));
  });

  it('takes the dataset of the workspace without asking when there is one', async () => {
    const run = await retrain();
    assert.equal(run?.dataset.root, workspaceFolder());
    assert.equal(run.dataset.images, 200);
  });

  it('asks when a folder holds several datasets', async () => {
    const folder = await newFolder('several');
    await putThreeClasses(path.join(folder, 'one'), 3);
    await putThreeClasses(path.join(folder, 'two'), 3);
    let asked: readonly string[] = [];
    dialogs.choose = (labels) => {
      asked = labels;
      return 'two';
    };
    const run = await retrain(folder);
    assert.deepEqual([...asked].sort(), ['one', 'two']);
    assert.equal(run?.dataset.root, path.join(folder, 'two'));
  });

  it('does nothing when the person who is asked does not choose', async () => {
    const folder = await newFolder('undecided');
    await putThreeClasses(path.join(folder, 'one'), 3);
    await putThreeClasses(path.join(folder, 'two'), 3);
    dialogs.choose = () => undefined;
    assert.equal(await retrain(folder), undefined);
    assert.deepEqual(dialogs.messages, []);
  });

  it('joins the retraining that runs when it is called again', async () => {
    const root = await putThreeClasses(await newFolder('joined'), 5);
    const [first, second] = await Promise.all([retrain(root), retrain(root)]);
    assert.ok(first);
    assert.equal(first.folder, second?.folder);
    assert.match(dialogs.messages[0]?.text ?? '', /^A retraining of .* is already running/);
    assert.equal(dialogs.messages.length, 1, 'the panel in front tells its end');
  });

  it('leaves out what files.exclude hides', async () => {
    const folder = await newFolder('with hidden');
    await putThreeClasses(path.join(folder, 'shown'), 3);
    await putThreeClasses(path.join(folder, 'hidden'), 3);
    const files = vscode.workspace.getConfiguration('files');
    await files.update('exclude', { '**/hidden': true }, vscode.ConfigurationTarget.Workspace);
    try {
      const run = await retrain(folder);
      assert.equal(run?.dataset.root, path.join(folder, 'shown'));
    } finally {
      await files.update('exclude', undefined, vscode.ConfigurationTarget.Workspace);
    }
  });

  it('follows the settings', async () => {
    const root = await putThreeClasses(await newFolder('settings'), 10);
    const settings = vscode.workspace.getConfiguration('retrain');
    await settings.update('seed', 7, vscode.ConfigurationTarget.Workspace);
    await settings.update('testingPercentage', 30, vscode.ConfigurationTarget.Workspace);
    try {
      const run = await retrain(root);
      assert.equal(run?.training.seed, 7);
      assert.deepEqual(run.split, { training: 18, validation: 3, testing: 9 });
    } finally {
      await settings.update('seed', undefined, vscode.ConfigurationTarget.Workspace);
      await settings.update('testingPercentage', undefined, vscode.ConfigurationTarget.Workspace);
    }
  });

  it('ends when it is cancelled, and keeps what was computed until then', async () => {
    const { sessions } = await activated();
    const root = await newFolder('cancelled');
    for (const label of ['daisy', 'dandelion', 'roses', 'sunflowers', 'tulips'])
      await putPhotos(path.join(root, label), label, 20);
    const session = sessions.of(root);
    const ended = retrain(root);
    await eventually('the first bottlenecks are computed', () => {
      const { state } = session;
      const computed = state.kind === 'running' && (state.running.bottlenecks?.done ?? 0) > 0;
      return computed || state.kind === 'done' ? true : undefined;
    });
    session.cancel();
    assert.equal(await ended, undefined);
    const { state } = session;
    assert.ok(state.kind === 'stopped');
    assert.equal(state.reason.kind, 'cancelled');
    assert.deepEqual(dialogs.messages, [], 'a cancellation is no failure');
    const run = await retrain(root);
    assert.ok(run && run.bottlenecks.cached > 0, 'nothing was kept');
    assert.equal(run.bottlenecks.cached + run.bottlenecks.computed, 100);
  });

  it('has clear words for a dataset of one class', async () => {
    const { sessions } = await activated();
    const root = await newFolder('one class');
    await putPhotos(path.join(root, 'roses'), 'roses', 3);
    assert.equal(await retrain(root), undefined);
    const { state } = sessions.of(root);
    assert.ok(state.kind === 'stopped' && state.reason.kind === 'failed');
    assert.equal(state.reason.failure.code, 'ONE_CLASS');
    assert.equal(dialogs.messages.length, 1);
    assert.match(dialogs.messages[0]?.text ?? '', /^Only one class, “roses”, in .*second folder/);
  });

  it('has clear words for a folder without images', async () => {
    assert.equal(await retrain(await newFolder('empty')), undefined);
    assert.match(dialogs.messages[0]?.text ?? '', /^No image folders in /);
  });

  it('has clear words for a folder that is no longer there', async () => {
    const root = await newFolder('gone');
    await rm(root, { recursive: true });
    assert.equal(await retrain(root), undefined);
    assert.match(dialogs.messages[0]?.text ?? '', /^There is no folder /);
  });

  it('treats labels as text, whatever they say', async function () {
    // Windows allows no < and > in a name.
    const labels =
      process.platform === 'win32'
        ? ['__proto__', 'c++', 'c#']
        : ['<img src=x onerror=alert(1)>', '__proto__', 'c++'];
    const root = await newFolder('labels');
    const from = ['daisy', 'roses', 'tulips'];
    for (const [index, label] of labels.entries())
      await putPhotos(path.join(root, label), from[index] ?? '', 5);
    const run = await retrain(root);
    assert.deepEqual([...(run?.evaluation.labels ?? [])].sort(), [...labels].sort());
  });
});

describe('Show Results', function () {
  this.timeout(60_000);
  const newFolder = scratch();
  const dialogs = watchDialogs();

  const showResults = (folder: string) =>
    vscode.commands.executeCommand<RunView | undefined>('retrain.showResults', vscode.Uri.file(folder));

  it('shows the newest run, as it was when it was trained', async () => {
    const root = await putThreeClasses(await newFolder('shown'), 4);
    await retrain(root);
    const run = await retrain(root);
    const shown = await showResults(root);
    assert.deepEqual(shown, run);
  });

  it('says so when there is no run yet', async () => {
    const root = await putThreeClasses(await newFolder('no run'), 3);
    assert.equal(await showResults(root), undefined);
    assert.match(dialogs.messages[0]?.text ?? '', /^There is no run for .* yet; retrain first\.$/);
  });
});
