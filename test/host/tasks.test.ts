import assert from 'node:assert/strict';
import { access, mkdir, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import { skip } from '../support/skip';
import { activated, eventually, workspaceFolder } from './support/extension';

/** Runs a task in a terminal of the editor; its exit status. */
async function execute(task: vscode.Task): Promise<number | undefined> {
  let ended: (status: number | undefined) => void = () => undefined;
  const status = new Promise<number | undefined>((resolve) => (ended = resolve));
  const listener = vscode.tasks.onDidEndTaskProcess(({ execution, exitCode }) => {
    if (execution.task.name === task.name) ended(exitCode);
  });
  try {
    await vscode.tasks.executeTask(task);
    return await status;
  } finally {
    listener.dispose();
  }
}

/** False in an editor from npm whose native module for terminals was not compiled; tasks never begin there. */
function hasTerminals(): boolean {
  const load = createRequire(path.join(vscode.env.appRoot, 'package.json'));
  try {
    load.resolve('node-pty');
  } catch {
    // A desktop editor keeps it elsewhere.
    return true;
  }
  try {
    load('node-pty');
    return true;
  } catch {
    return false;
  }
}

describe('tasks', function () {
  this.timeout(120_000);
  const broken = () => path.join(workspaceFolder(), 'roses', 'broken picture.jpg');
  const settings = () => path.join(workspaceFolder(), '.vscode');

  before(async function () {
    await activated();
    if (!hasTerminals()) skip(this, 'this editor was built without terminals');
  });
  after(async () => {
    await rm(broken(), { force: true });
    await rm(settings(), { recursive: true, force: true });
  });

  it('train each dataset of the workspace, and bad images appear among the problems', async () => {
    await writeFile(broken(), 'no picture');
    const [task, ...others] = await vscode.tasks.fetchTasks({ type: 'retrain' });
    assert.ok(task);
    assert.deepEqual(others, []);
    assert.deepEqual(task.definition, { type: 'retrain', command: 'train', folder: '.' });
    assert.equal(task.name, `train ${path.basename(workspaceFolder())}`);
    assert.equal(await execute(task), 0);
    const uri = vscode.Uri.file(broken());
    const [problem] = await eventually('the problem', () => {
      const found = vscode.languages.getDiagnostics(uri);
      return found.length > 0 ? found : undefined;
    });
    assert.deepEqual(
      [problem?.message, problem?.severity, problem?.source],
      [
        'broken picture.jpg is not an image that can be read; save it as JPEG or PNG.',
        vscode.DiagnosticSeverity.Warning,
        'retrain',
      ],
    );
    await access(path.join(workspaceFolder(), '.retrain', 'runs'));
  });

  it('say where a broken retrain.json is broken, among the problems', async () => {
    const file = path.join(workspaceFolder(), 'retrain.json');
    try {
      await writeFile(file, '{\n  "seed": 7,\n}');
      const [task] = await vscode.tasks.fetchTasks({ type: 'retrain' });
      assert.ok(task);
      assert.equal(await execute(task), 1);
      const [problem] = await eventually('the problem', () => {
        const found = vscode.languages
          .getDiagnostics(vscode.Uri.file(file))
          .filter(({ source }) => source === 'retrain');
        return found.length > 0 ? found : undefined;
      });
      assert.match(problem?.message ?? '', /cannot be used \(it is not JSON\)/);
      assert.deepEqual(
        [problem?.severity, problem?.range.start.line, problem?.range.start.character],
        [vscode.DiagnosticSeverity.Error, 2, 0],
      );
    } finally {
      await rm(file, { force: true });
    }
  });

  it('are made from tasks.json, with an accuracy to reach', async () => {
    await mkdir(settings(), { recursive: true });
    const tasks = [
      {
        type: 'retrain',
        command: 'train',
        label: 'reach all',
        assertAccuracy: 1,
        junit: '.vscode/junit.xml',
      },
      { type: 'retrain', command: 'verify', label: 'verify photos', args: ['--sample', '3'] },
    ];
    await writeFile(path.join(settings(), 'tasks.json'), JSON.stringify({ version: '2.0.0', tasks }));
    const named = async (name: string) => {
      for (let tries = 0; tries < 50; tries++) {
        const found = (await vscode.tasks.fetchTasks()).find((task) => task.name === name);
        if (found) return found;
        await sleep(200);
      }
      throw new Error(`There is no task ${name}`);
    };
    const reach = await named('reach all');
    const status = await execute(reach);
    assert.ok(status === 3 || status === 0, String(status));
    await access(path.join(settings(), 'junit.xml'));
    assert.equal(await execute(await named('verify photos')), 0);
  });
});
