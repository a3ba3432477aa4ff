import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CancellationTokenSource } from 'vscode-jsonrpc/node';
import { isAbort, RetrainError } from '../../../src/base';
import { EngineClient } from '../../../src/editor/engineClient';
import type { EngineOptions, RunOptions } from '../../../src/editor/engineProcess';

/** The client without its table of jobs: the stand-in has jobs of its own. */
interface Standing {
  run(name: string, params: unknown, options?: RunOptions<'retrain'>): Promise<Record<string, unknown>>;
}

describe('the client of the engine', () => {
  const script = path.resolve('test', 'support', 'engineStandIn.cjs');
  let options: EngineOptions;
  let lines: string[];
  let client: EngineClient;
  let standing: Standing;

  beforeEach(() => {
    options = { script, assets: '/media', cacheDirectory: null, tensorflowFolder: null };
    const own: string[] = [];
    lines = own;
    client = new EngineClient(() => options, {
      info: (line) => own.push(`info ${line}`),
      warn: (line) => own.push(`warn ${line}`),
    });
    standing = client as Standing;
  });
  afterEach(() => client.dispose());

  const code = (expected: string) => (error: unknown) =>
    error instanceof RetrainError && error.code === expected;

  it('starts a process with the first request, and answers all others from it', async () => {
    assert.equal(client.pid, undefined);
    const answers = await Promise.all([1, 2, 3].map((n) => standing.run('echo', { n })));
    assert.deepEqual(
      answers.map(({ params, pid }) => ({ params, pid })),
      [1, 2, 3].map((n) => ({ params: { n }, pid: client.pid })),
    );
  });

  it('carries typed arrays as typed arrays', async () => {
    const { bytes, values } = await standing.run('bytes', {});
    assert.ok(bytes instanceof Uint8Array && values instanceof Float32Array);
    assert.deepEqual([...bytes, ...values], [1, 2, 3, 0.5, -1]);
  });

  it('throws a failure as the error it was', async () => {
    await assert.rejects(standing.run('fail', {}), (error: unknown) => {
      assert.ok(error instanceof RetrainError);
      assert.deepEqual([error.code, error.params], ['NO_CLASSES', { path: 'here' }]);
      return true;
    });
  });

  it('hands on progress in order', async () => {
    const seen: unknown[] = [];
    await standing.run('progress', {}, { progress: (progress) => seen.push(progress) });
    assert.deepEqual(seen, [{ done: 1 }, { done: 2 }, { done: 3 }]);
  });

  it('answers every request when the process dies, and starts another for the next', async () => {
    const { pid: first } = await standing.run('echo', {});
    const waiting = standing.run('hang', {});
    await assert.rejects(standing.run('die', {}), code('ENGINE_ENDED'));
    await assert.rejects(waiting, code('ENGINE_ENDED'));
    const { pid: second } = await standing.run('echo', {});
    assert.notEqual(first, second);
  });

  it('asks another process when the first retired before it answered', async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'retrain-client-'));
    try {
      const { pid } = await standing.run('retireOnce', { marker: path.join(folder, 'retired') });
      assert.equal(pid, client.pid);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('throws an AbortError when a request is cancelled, before or while it runs', async () => {
    const source = new CancellationTokenSource();
    const waiting = standing.run('untilCancelled', {}, { token: source.token });
    await standing.run('echo', {});
    source.cancel();
    await assert.rejects(waiting, isAbort);
    await assert.rejects(standing.run('echo', {}, { token: source.token }), isAbort);
  });

  it('says why no process could be started', async () => {
    options = { ...options, script: path.resolve('test', 'support', 'no such engine.cjs') };
    await assert.rejects(standing.run('echo', {}), code('ENGINE_ENDED'));
    assert.ok(lines.some((line) => line.includes('no such engine.cjs')));
  });

  it('replaces an idle engine that was started with other options', async () => {
    const first = await standing.run('echo', {});
    options = { ...options, cacheDirectory: '/elsewhere' };
    const second = await standing.run('echo', {});
    assert.equal(first['environment'], '{"assets":"/media"}');
    assert.equal(second['environment'], '{"assets":"/media","cacheDirectory":"/elsewhere"}');
  });

  it('logs what the engine prints, a line at a time', async () => {
    await standing.run('print', {});
    while (lines.length < 3) await sleep(5);
    assert.deepEqual(lines.slice(1).sort(), ['info to the log', 'warn to the log, as a warning']);
  });

  it('ends the engine with itself, and answers who still waits', async () => {
    const { pid } = await standing.run('echo', {});
    const waiting = assert.rejects(standing.run('hang', {}), code('ENGINE_ENDED'));
    client.dispose();
    await waiting;
    while (isRunning(Number(pid))) await sleep(10);
  });
});

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
