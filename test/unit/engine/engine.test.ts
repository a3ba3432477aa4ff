import assert from 'node:assert/strict';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import {
  CancellationTokenSource,
  createMessageConnection,
  IPCMessageReader,
  IPCMessageWriter,
  ProgressType,
  ResponseError,
  type CancellationToken,
  type MessageConnection,
} from 'vscode-jsonrpc/node';
import { openCache } from '../../../src/bottlenecks';
import { loadBackbone } from '../../../src/backbones';
import { decoderVersion } from '../../../src/images';
import {
  notifications,
  requests,
  type JobName,
  type JobParams,
  type JobProgress,
  type JobResult,
} from '../../../src/protocol';
import { copySamples } from '../../support/sampleDataset';
import { temporaryFolder } from '../../support/temporaryFolder';

const media = path.resolve('media');
const network = { backbone: 'efficientnet-lite2', runtime: 'auto' };

interface Exit {
  readonly code: number | null;
  readonly signal: string | null;
}

/** The built engine as a child, and what a client says to it. */
class Engine {
  readonly exit: Promise<Exit>;
  stderr = '';
  private readonly child: ChildProcess;
  private readonly connection: MessageConnection;
  private lastToken = 0;

  constructor(environment: string) {
    this.child = fork(path.resolve('dist/engine.js'), [], {
      execArgv: [],
      env: { ...process.env, RETRAIN_ENGINE: environment, NODE_OPTIONS: '' },
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    // Not `close`, which does not come once the channel was closed from here.
    const exited = new Promise<Exit>((resolve) =>
      this.child.on('exit', (code, signal) => resolve({ code, signal })),
    );
    const { stderr } = this.child;
    stderr?.on('data', (chunk: Buffer) => (this.stderr += chunk.toString()));
    this.exit = Promise.all([exited, stderr && once(stderr, 'end')]).then(([exit]) => exit);
    this.connection = createMessageConnection(
      new IPCMessageReader(this.child),
      new IPCMessageWriter(this.child),
    );
    this.connection.listen();
  }

  run<K extends JobName>(
    name: K,
    params: JobParams<K>,
    {
      token = new CancellationTokenSource().token,
      progress,
    }: { token?: CancellationToken; progress?: (progress: JobProgress<K>) => void } = {},
  ): Promise<JobResult<K>> {
    const progressToken = ++this.lastToken;
    if (progress) this.connection.onProgress(new ProgressType<JobProgress<K>>(), progressToken, progress);
    return this.connection.sendRequest(requests.job, { name, params, progressToken }, token);
  }

  /** Ends the training of the job that was sent last. */
  stopTraining(): void {
    void this.connection.sendNotification(notifications.stopTraining, { progressToken: this.lastToken });
  }

  /** What happens when the editor's window goes: the channel closes, and nobody kills the process. */
  leave(): void {
    this.connection.dispose();
    this.child.disconnect();
  }
}

describe('the engine', function () {
  this.timeout(60_000);
  const folder = temporaryFolder();
  let engine: Engine;
  beforeEach(() => {
    engine = new Engine(JSON.stringify({ assets: media, cacheDirectory: path.join(folder.path, 'user') }));
    copySamples(folder.path, { daisy: 'photos/a', roses: 'photos/b', tulips: 'photos/c' }, 16);
  });
  const photos = () => path.join(folder.path, 'photos');
  /** Resolves once the network has computed something. */
  const computing = ({ token, runtime = 'auto' }: { token?: CancellationToken; runtime?: string } = {}) => {
    const job: { answer?: Promise<unknown> } = {};
    const begun = new Promise<void>((resolve) => {
      job.answer = engine.run(
        'bottlenecks',
        { folder: photos(), settings: { ...network, runtime } },
        {
          ...(token && { token }),
          progress: (progress) => {
            if (progress.kind === 'bottlenecks' && progress.computed > 0) resolve();
          },
        },
      );
    });
    return { begun, answer: job.answer ?? Promise.resolve() };
  };
  const cachedImages = async () => {
    const backbone = await loadBackbone(media, network.backbone, { decoderVersion });
    const cache = await openCache(path.join(photos(), '.bottlenecks'), backbone);
    return [...cache.fileMap.all()].filter(({ sha256 }) => cache.has(sha256)).length;
  };

  it('ends a training that it is told to stop, and saves what it has come to', async () => {
    const settings: JobParams<'retrain'>['settings'] = {
      ...network,
      seed: 1,
      validationPercentage: 10,
      testingPercentage: 10,
      splitRule: { kind: 'content' },
      head: { kind: 'softmax', optimizer: { kind: 'adam', steps: 1_000_000 } },
    };
    // Of a job that is not under way: nobody minds.
    engine.stopTraining();
    let told = false;
    const run = await engine.run(
      'retrain',
      { folder: photos(), settings },
      {
        progress: ({ kind }) => {
          if (kind === 'training' && !told) engine.stopTraining();
          told ||= kind === 'training';
        },
      },
    );
    assert.ok(run.training.kind === 'iterative');
    assert.equal(run.training.ended, 'stopped');
    assert.ok(run.training.epochs < 1_000_000 && run.continuable);
    engine.leave();
    await engine.exit;
  });

  it('answers jobs with progress, and ends with code 0 when its parent goes', async () => {
    const seen: string[] = [];
    const result = await engine.run(
      'bottlenecks',
      { folder: photos(), settings: network },
      { progress: ({ kind }) => seen.push(kind) },
    );
    assert.equal(result.bottlenecks.computed, 48);
    assert.deepEqual(
      [...new Set(seen)].sort(),
      ['bottlenecks', 'bottlenecksDone', 'scanned', 'scanning'].sort(),
    );
    engine.leave();
    assert.deepEqual(await engine.exit, { code: 0, signal: null }, engine.stderr);
  });

  it('answers a failed job with its code and parameters', async () => {
    const nowhere = path.join(folder.path, 'nowhere');
    await assert.rejects(
      engine.run('bottlenecks', { folder: nowhere, settings: network }),
      (error: unknown) => {
        assert.ok(error instanceof ResponseError);
        assert.deepEqual(error.data, {
          code: 'FOLDER_NOT_FOUND',
          params: { path: nowhere },
          message: error.message,
        });
        return true;
      },
    );
    engine.leave();
    await engine.exit;
  });

  it('cancels a job with its request, keeps what it computed, and goes on', async () => {
    const source = new CancellationTokenSource();
    const { begun, answer } = computing({ token: source.token });
    await begun;
    source.cancel();
    await assert.rejects(answer, (error: unknown) => error instanceof ResponseError && error.code === -32800);
    const kept = await cachedImages();
    assert.ok(kept > 0 && kept < 48, `${kept} images`);
    const { datasets } = await engine.run('findDatasets', { folders: [folder.path], exclude: [] });
    assert.deepEqual(datasets, [photos()]);
    engine.leave();
    await engine.exit;
  });

  it('cancels a job that is cancelled before it has begun', async () => {
    for (let tries = 0; tries < 3; tries++) {
      const source = new CancellationTokenSource();
      const answer = engine.run(
        'bottlenecks',
        { folder: photos(), settings: network },
        { token: source.token },
      );
      source.cancel();
      await assert.rejects(
        answer,
        (error: unknown) => error instanceof ResponseError && error.code === -32800,
      );
    }
    engine.leave();
    await engine.exit;
  });

  for (const runtime of ['auto', 'wasm'])
    it(`ends by itself, with code 0, when its parent goes while a runtime computes (${runtime})`, async () => {
      const { begun, answer } = computing({ runtime });
      answer.catch(() => undefined);
      await begun;
      engine.leave();
      assert.deepEqual(await engine.exit, { code: 0, signal: null }, engine.stderr);
      const kept = await cachedImages();
      assert.ok(kept > 0 && kept < 48, `${kept} images`);
    });

  it('starts with no environment but its own', async () => {
    engine.leave();
    await engine.exit;
    for (const environment of ['', '{}', '{"assets":1}', '[']) {
      const refused = new Engine(environment);
      assert.deepEqual(await refused.exit, { code: 1, signal: null });
      assert.match(refused.stderr, /RETRAIN_ENGINE: /);
    }
  });
});
