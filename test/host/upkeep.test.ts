import assert from 'node:assert/strict';
import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import type { ClearResult, VerifyResult } from '../../src/protocol';
import { watchDialogs } from './support/dialogs';
import { eventually, filesBelow, putThreeClasses, retrain, scratch } from './support/extension';

describe('Verify and Clear Bottlenecks', function () {
  this.timeout(60_000);
  const newFolder = scratch();
  const dialogs = watchDialogs();
  let root: string;
  let cache: string;

  const verify = () =>
    vscode.commands.executeCommand<VerifyResult | undefined>(
      'retrain.verifyBottlenecks',
      vscode.Uri.file(root),
    );
  const clear = () =>
    vscode.commands.executeCommand<ClearResult | undefined>(
      'retrain.clearBottlenecks',
      vscode.Uri.file(root),
    );

  before(async () => {
    root = await putThreeClasses(await newFolder('kept'), 4);
    cache = path.join(root, '.bottlenecks');
    assert.ok(await retrain(root));
  });

  it('says that nothing differs where nothing does', async () => {
    const result = await verify();
    assert.deepEqual(result?.findings, []);
    assert.equal(result.recomputed, 12);
    const message = await eventually('a message', () => dialogs.messages.at(-1));
    assert.deepEqual(
      [message.kind, message.text],
      ['information', 'kept: 12 rows checked, 12 images computed anew, no difference found.'],
    );
  });

  it('shows a report of every difference', async () => {
    const [part = ''] = (await filesBelow(cache)).filter((name) => name.endsWith('.npy'));
    const file = path.join(cache, part);
    const bytes = await readFile(file);
    bytes.writeUInt8(bytes.readUInt8(200) ^ 1, 200);
    await writeFile(file, bytes);
    dialogs.confirm = ([report]) => report;
    const result = await verify();
    assert.deepEqual(
      result?.findings.map(({ kind }) => kind),
      ['damaged'],
    );
    const text = await eventually('the report', () => {
      const shown = vscode.window.activeTextEditor?.document.getText();
      return shown?.includes('damaged: ') === true ? shown : undefined;
    });
    assert.match(text, /damaged: \w+\/\S+ \(v1\/.*\.npy, 0\)\n\nThe next retraining computes 1 images\.\n$/);
    assert.equal(
      dialogs.messages.at(-1)?.text,
      'kept: 12 rows checked, 11 images computed anew, 1 differences found.',
    );
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    assert.equal((await retrain(root))?.bottlenecks.computed, 1);
  });

  it('clears nothing before the person has agreed, and all of the cache then', async () => {
    const before = await filesBelow(cache);
    assert.equal(await clear(), undefined);
    assert.deepEqual(await filesBelow(cache), before);
    const [asked] = dialogs.messages;
    assert.equal(asked?.kind, 'warning');
    assert.match(
      asked.text,
      /^Clear the bottleneck values of kept\? 13 rows of values, 15\d(\.\d)? kB\. Photos, runs and the split stay/,
    );
    assert.deepEqual(asked.buttons, ['Clear']);
    dialogs.confirm = ([yes]) => yes;
    const cleared = await clear();
    assert.equal(cleared?.files, before.length);
    await assert.rejects(filesBelow(cache), { code: 'ENOENT' });
    assert.equal((await retrain(root))?.bottlenecks.computed, 12);
  });

  it('asks again while another process writes to the cache', async () => {
    const [part = ''] = (await filesBelow(cache)).filter((name) => name.endsWith('.npy'));
    const lease = path.join(cache, part.replace('.npy', '.lease'));
    await writeFile(lease, `${JSON.stringify({ host: 'elsewhere', pid: 7, time: '' })}\n`);
    dialogs.confirm = ([first]) => (first === 'Clear' ? first : undefined);
    assert.equal(await clear(), undefined);
    assert.match(dialogs.messages[1]?.text ?? '', /^Another process \(7 on elsewhere\) is writing to /);
    assert.deepEqual(dialogs.messages[1]?.buttons, ['Clear Anyway']);
    dialogs.confirm = ([first]) => first;
    assert.ok(await clear());
    await assert.rejects(filesBelow(cache), { code: 'ENOENT' });
  });

  it('has clear words where there is no cache', async () => {
    await rm(cache, { recursive: true, force: true });
    assert.equal(await verify(), undefined);
    assert.match(dialogs.messages.at(-1)?.text ?? '', /^There are no bottleneck values in /);
  });
});
