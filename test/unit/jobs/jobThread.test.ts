import assert from 'node:assert/strict';
import path from 'node:path';
import { isAbort, RetrainError } from '../../../src/base';
import { JobThread } from '../../../src/jobs';
import { copySamples } from '../../support/sampleDataset';
import { temporaryFolder } from '../../support/temporaryFolder';

const network = { backbone: 'efficientnet-lite2', runtime: 'auto' };
const ended = (error: unknown) => error instanceof RetrainError && error.code === 'ENGINE_ENDED';

describe('the thread of the jobs', function () {
  this.timeout(60_000);
  const folder = temporaryFolder();
  let log = '';
  const threads: JobThread[] = [];
  const start = (worker: string, assets = path.resolve('media')) => {
    const places = { assets, cacheDirectory: path.join(folder.path, 'user') };
    const thread = new JobThread(path.resolve(worker), places, (text) => (log += text));
    threads.push(thread);
    return thread;
  };
  beforeEach(() => (log = ''));
  afterEach(async () => {
    for (const thread of threads.splice(0)) await thread.stop();
  });
  const photos = () => {
    copySamples(folder.path, { daisy: 'photos/a', roses: 'photos/b' }, 16);
    return path.join(folder.path, 'photos');
  };
  /** A job that is over at once. */
  const quick = (thread: JobThread) => thread.run('listRuns', { folder: folder.path });

  it('starts no job for a signal that is aborted already', async () => {
    const thread = start('dist/no such worker.js');
    const signal = AbortSignal.abort();
    await assert.rejects(thread.run('listRuns', { folder: folder.path }, { signal }), isAbort);
    assert.equal(log, '');
  });

  it('cancels one job and goes on with the others', async () => {
    const thread = start('dist/worker.js');
    const controller = new AbortController();
    const params = { folder: photos(), settings: network };
    const cancelled = thread.run('bottlenecks', params, {
      signal: controller.signal,
      report: ({ kind }) => {
        if (kind === 'bottlenecks') controller.abort();
      },
    });
    const other = quick(thread);
    await assert.rejects(cancelled, isAbort);
    assert.deepEqual(await other, { runs: [] });
    const { bottlenecks } = await thread.run('bottlenecks', params, { signal: AbortSignal.timeout(50_000) });
    assert.equal(bottlenecks.cached + bottlenecks.computed, 32);
  });

  it('answers all that is pending when it crashes, and starts anew for the next job', async () => {
    const thread = start('test/support/crashingWorker.cjs');
    const working = thread.run('bottlenecks', { folder: photos(), settings: network });
    const crashing = thread.run('listRuns', { folder: path.join(folder.path, 'always error') });
    // Sent before the old thread's exit is heard of, which must not end this one.
    const next = crashing.catch(() => quick(thread));
    await Promise.all([
      assert.rejects(working, ended),
      assert.rejects(crashing, /crashed as asked/),
      next.then((result) => assert.deepEqual(result, { runs: [] })),
    ]);
    assert.deepEqual(await quick(thread), { runs: [] });
    assert.match(log, /crashed as asked\n\s+at /);
  });

  it('says why it cannot be started', async () => {
    const thread = start('dist/no such worker.js');
    await assert.rejects(quick(thread), ended);
    await assert.rejects(quick(thread), ended);
    assert.match(log, /no such worker/);
  });

  it('carries the failure of a job, without ending', async () => {
    const thread = start('dist/worker.js', path.join(folder.path, 'no media'));
    await assert.rejects(
      thread.run('bottlenecks', { folder: photos(), settings: network }),
      (error: unknown) => error instanceof RetrainError && error.code === 'BACKBONE_DAMAGED',
    );
    assert.deepEqual(await quick(thread), { runs: [] });
  });

  it('logs the stack of an error that is not ours', async () => {
    const thread = start('dist/worker.js');
    await assert.rejects(
      thread.run('inspectPart', { file: JSON.parse('null') as string }),
      (error: unknown) => error instanceof RetrainError && error.code === 'INTERNAL',
    );
    assert.match(log, /TypeError.*\n\s+at /);
  });

  it('cancels a job that has just been sent when it is stopped, and takes the next one in another thread', async () => {
    const thread = start('dist/worker.js');
    const starting = assert.rejects(
      thread.run('bottlenecks', { folder: photos(), settings: network }),
      isAbort,
    );
    const stopped = thread.stop();
    assert.deepEqual(await quick(thread), { runs: [] });
    await Promise.all([starting, stopped]);
    await thread.stop();
    await thread.stop();
  });
});
