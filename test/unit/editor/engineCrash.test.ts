import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { CancellationTokenSource } from 'vscode-jsonrpc/node';
import { isAbort, RetrainError } from '../../../src/base';
import { EngineClient } from '../../../src/editor/engineClient';
import { skip } from '../../support/skip';
import { temporaryFolder } from '../../support/temporaryFolder';

/** The built engine, whose thread of the jobs can be made to crash: see test/support/crashingWorker.cjs. */
describe('the engine, when it crashes', function () {
  this.timeout(60_000);
  const folder = temporaryFolder();
  const { NODE_OPTIONS: options } = process.env;
  let lines: string[];
  let client: EngineClient;

  beforeEach(() => {
    const script = path.join(folder.path, 'engine.js');
    copyFileSync(path.resolve('dist', 'engine.js'), script);
    const worker = JSON.stringify(path.resolve('test', 'support', 'crashingWorker.cjs'));
    folder.write('worker.js', `require(${worker});`);
    const own: string[] = [];
    lines = own;
    client = new EngineClient(
      () => ({ script, assets: path.resolve('media'), cacheDirectory: folder.path, tensorflowFolder: null }),
      { info: (line) => own.push(line), warn: (line) => own.push(line) },
    );
    // A heap that fills quickly; the engine inherits it.
    process.env['NODE_OPTIONS'] = '--max-old-space-size=64';
  });
  afterEach(() => {
    client.dispose();
    if (options === undefined) delete process.env['NODE_OPTIONS'];
    else process.env['NODE_OPTIONS'] = options;
  });

  const listRuns = (name: string, more: Parameters<typeof client.run<'listRuns'>>[2] = {}) => {
    mkdirSync(path.join(folder.path, name), { recursive: true });
    return client.run('listRuns', { folder: path.join(folder.path, name) }, more);
  };
  const engines = () => lines.filter((line) => /^Engine \d+ started/.test(line)).length;

  /** By crash: what the person is told, and how many engines one crash leaves to have been started. */
  const crashes: Readonly<Record<string, { reason: RegExp; engines: readonly number[] }>> = {
    SIGKILL: { reason: /^SIGKILL: .*memory/, engines: [2] },
    SIGSEGV: { reason: /^SIGSEGV: a fault in a native library$/, engines: [2] },
    SIGABRT: { reason: /^SIGABRT: .*memory/, engines: [2] },
    // A full heap ends the thread under Node 20 and the whole process under Node 24.
    heap: { reason: /heap out of memory|^SIGABRT: it ran out of memory/, engines: [1, 2] },
    error: { reason: /crashed as asked/, engines: [1] },
  };

  for (const crash of ['SIGKILL', 'SIGSEGV', 'heap'])
    it(`by ${crash}, starts once more and answers, and only the log hears of it`, async function () {
      if (process.platform === 'win32' && crash !== 'heap') skip(this, 'Windows has no signals');
      let restarted = 0;
      const result = await listRuns(`once ${crash}`, { restarted: () => restarted++ });
      assert.deepEqual(result, { runs: [] });
      assert.equal(restarted, 1);
      assert.ok(crashes[crash]?.engines.includes(engines()));
      assert.ok(lines.some((line) => /^The engine crashed: .*\. The job listRuns begins anew\.$/.test(line)));
    });

  for (const [crash, { reason, engines: started }] of Object.entries(crashes))
    it(`by ${crash} again, says why, and answers the next request`, async function () {
      if (process.platform === 'win32' && crash.startsWith('SIG')) skip(this, 'Windows has no signals');
      await assert.rejects(listRuns(`always ${crash}`), (error: unknown) => {
        assert.ok(error instanceof RetrainError);
        assert.equal(error.code, 'ENGINE_ENDED');
        assert.match(String(error.params['reason']), reason);
        return true;
      });
      assert.ok(started.includes(engines()));
      assert.deepEqual(await listRuns('sound'), { runs: [] });
    });

  it('answers others that were under way from the one engine that follows', async () => {
    const results = await Promise.all(['sound', 'once SIGKILL', 'other'].map((name) => listRuns(name)));
    assert.deepEqual(results, [{ runs: [] }, { runs: [] }, { runs: [] }]);
    assert.equal(engines(), 2);
  });

  it('does not begin anew what was cancelled', async () => {
    const source = new CancellationTokenSource();
    const waiting = listRuns('always SIGKILL', { token: source.token });
    source.cancel();
    await assert.rejects(waiting, (error: unknown) => isAbort(error) || error instanceof RetrainError);
    assert.equal(engines(), 1);
  });

  it('repeats no job that it does not know to be repeatable', async () => {
    const standing = client as unknown as { run(name: string, params: object): Promise<unknown> };
    folder.write(
      'worker.js',
      `require('node:worker_threads').parentPort.on('message', () => process.kill(process.pid, 'SIGKILL'));`,
    );
    await assert.rejects(standing.run('eraseEverything', {}), RetrainError);
    assert.equal(engines(), 1);
  });
});
