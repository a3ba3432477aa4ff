import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import * as vscode from 'vscode';
import { putThreeClasses, retrain, scratch } from './support/extension';

/** In the newest editor this is Node 24, for which tfjs-node needs help. */
describe(`the tensorflow runtime in an editor on Node ${process.versions.node}`, function () {
  this.timeout(120_000);
  const newFolder = scratch();
  const set = (setting: 'runtime' | 'backbone', value: string | undefined) =>
    vscode.workspace.getConfiguration('retrain').update(setting, value, vscode.ConfigurationTarget.Global);

  before(function () {
    const { status, stderr } = spawnSync(process.execPath, ['-e', 'require("@tensorflow/tfjs-node")'], {
      cwd: __dirname,
      env: { ...process.env, ELECTRON_RUN_AS_NODE: '1', TF_CPP_MIN_LOG_LEVEL: '2' },
      encoding: 'utf8',
    });
    if (status === 0) return;
    const reason = `tfjs-node does not load here; npm run tensorflow makes it: ${stderr.split('\n')[0] ?? ''}`;
    assert.notEqual(process.env['CI'], 'true', reason);
    (this.test ?? this.currentTest)?.parent?.tests.forEach((test) => (test.title += ` (${reason})`));
    this.skip();
  });
  after(async () => {
    await set('runtime', undefined);
    await set('backbone', undefined);
  });

  it('gives the same answers as onnx, from the values that onnx cached and from its own', async () => {
    const retrained = async (folder: string) => {
      const run = await retrain(folder);
      assert.ok(run, 'there is no run');
      return run;
    };
    const first = await putThreeClasses(await newFolder('tensorflow-first'), 5);
    // With eight bits there would be nothing to share: tensorflow does not execute them.
    await set('backbone', 'efficientnet-lite2');
    await set('runtime', 'onnx');
    const byOnnx = await retrained(first);
    await set('runtime', 'tensorflow');
    const warm = await retrained(first);
    assert.equal(warm.runtime, 'tensorflow');
    assert.equal(warm.bottlenecks.computed, 0);
    const own = await retrained(await putThreeClasses(await newFolder('tensorflow-second'), 5));
    assert.deepEqual([own.runtime, own.bottlenecks.computed], ['tensorflow', 15]);
    for (const run of [warm, own]) assert.deepEqual(run.evaluation.confusion, byOnnx.evaluation.confusion);
  });
});
