import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readFileSync, readdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAbort, RetrainError } from '../../../src/base';
import { EngineClient } from '../../../src/editor/engineClient';
import {
  findNpm,
  holdsTensorflow,
  installTensorflow,
  tensorflowObstacle,
} from '../../../src/editor/tensorflowInstallation';
import { copySamples } from '../../support/sampleDataset';
import { skip } from '../../support/skip';
import { temporaryFolder } from '../../support/temporaryFolder';

describe('the installation of the TensorFlow runtime', function () {
  this.timeout(60_000);
  const storage = temporaryFolder();
  const npm = { command: process.execPath, args: [path.resolve('test', 'support', 'npmStandIn.cjs')] };
  let printed: string[];
  beforeEach(() => (printed = []));
  afterEach(() => delete process.env['RETRAIN_NPM']);

  const folder = () => path.join(storage.path, 'tensorflow');
  const install = (outcome: string, signal = new AbortController().signal) => {
    process.env['RETRAIN_NPM'] = outcome;
    return installTensorflow(folder(), { npm, signal, log: (line) => printed.push(line) });
  };
  const refused = (reason: RegExp) => (error: unknown) => {
    assert.ok(error instanceof RetrainError);
    assert.equal(error.code, 'TENSORFLOW_NOT_INSTALLED');
    assert.match(String(error.params['reason']), reason);
    return true;
  };

  it('puts a tfjs-node that computes where the engine finds it', async function () {
    const reason = await tensorflowObstacle(path.resolve('.'));
    if (reason !== undefined) skip(this, `tfjs-node does not run here: ${reason}`);
    await install('works');
    assert.deepEqual(readdirSync(storage.path), ['tensorflow']);
    assert.ok(holdsTensorflow(folder()));
    assert.equal(await tensorflowObstacle(folder()), undefined);
    const manifest = JSON.parse(readFileSync(path.join(folder(), 'package.json'), 'utf8')) as object;
    assert.deepEqual(manifest, {
      private: true,
      allowScripts: { '@tensorflow/tfjs-node': true },
      dependencies: { '@tensorflow/tfjs-node': '4.22.0' },
    });

    // The engine as it is packaged, without a tfjs-node of its own.
    const home = path.join(storage.path, 'installed');
    mkdirSync(path.join(home, 'node_modules'), { recursive: true });
    cpSync(path.resolve('dist'), path.join(home, 'dist'), { recursive: true });
    for (const name of ['sharp', 'onnxruntime-node'])
      symlinkSync(path.resolve('node_modules', name), path.join(home, 'node_modules', name), 'junction');
    symlinkSync(path.resolve('media'), path.join(home, 'media'), 'junction');
    let tensorflowFolder: string | null = null;
    const client = new EngineClient(
      () => ({
        script: path.join(home, 'dist', 'engine.js'),
        assets: path.resolve('media'),
        cacheDirectory: storage.path,
        tensorflowFolder,
      }),
      { info: () => undefined, warn: () => undefined },
    );
    try {
      const found = async () => {
        const { diagnostics } = await client.run('doctor', {});
        return diagnostics.runtimes.find(({ id }) => id === 'tensorflow');
      };
      assert.match((await found())?.reason ?? '', /Cannot find module/);
      tensorflowFolder = folder();
      assert.equal((await found())?.version, '4.22.0');
      const photos = path.join(storage.path, 'photos');
      copySamples(photos, { daisy: 'daisy', roses: 'roses' }, 3);
      const settings = { backbone: 'efficientnet-lite2', runtime: 'tensorflow' };
      const { runtime, bottlenecks } = await client.run('bottlenecks', { folder: photos, settings });
      assert.deepEqual([runtime, bottlenecks.computed], ['tensorflow', 6]);
    } finally {
      client.dispose();
    }
  });

  for (const [outcome, reason] of [
    ['installs nothing, and ends well', /Cannot find module '@tensorflow\/tfjs-node'/],
    ['is refused the library', /^Error: getaddrinfo ENOTFOUND far\.away$/],
    ['leaves a broken package', /^Error: libtensorflow\.so\.2: cannot open$/],
  ] as const)
    it(`says why, and leaves nothing behind, where npm ${outcome}`, async () => {
      await assert.rejects(install(outcome), refused(reason));
      assert.deepEqual(readdirSync(storage.path), []);
    });

  it('says why where npm cannot be started', async () => {
    const missing = { command: path.join(storage.path, 'no npm'), args: [] };
    const { signal } = new AbortController();
    await assert.rejects(
      installTensorflow(folder(), { npm: missing, signal, log: () => undefined }),
      refused(/ENOENT/),
    );
    assert.deepEqual(readdirSync(storage.path), []);
  });

  it('leaves what was installed before where a new installation fails', async () => {
    storage.write('tensorflow/package.json', '{}');
    await assert.rejects(install('is refused the library'), RetrainError);
    assert.deepEqual(readdirSync(folder()), ['package.json']);
  });

  it('ends npm and its scripts when it is cancelled, and leaves nothing behind', async () => {
    const controller = new AbortController();
    const installing = assert.rejects(install('hangs', controller.signal), isAbort);
    while (printed.length === 0) await sleep(10);
    const pids = printed[0]?.match(/\d+/g)?.map(Number) ?? [];
    assert.equal(pids.length, 2);
    controller.abort();
    await installing;
    for (const pid of pids) while (isRunning(pid)) await sleep(10);
    assert.deepEqual(readdirSync(storage.path), []);
  });

  it('finds npm on the PATH, and on Windows the program behind its batch file', () => {
    assert.equal(findNpm({ PATH: ['relative', storage.path].join(path.delimiter) }), undefined);
    assert.equal(findNpm({}), undefined);
    const file = storage.write('bin/npm');
    const bin = path.dirname(file);
    if (process.platform !== 'win32')
      assert.deepEqual(findNpm({ PATH: `${storage.path}:${bin}` }), { command: file, args: [] });
    assert.equal(findNpm({ Path: '' }, 'win32'), undefined);
  });
});

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
