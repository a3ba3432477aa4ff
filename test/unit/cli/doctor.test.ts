import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Diagnostics } from '../../../src/jobs';
import { runtimeIds } from '../../../src/runtimes';
import { documentOf, runCli, type CliOutcome } from '../../support/cli';
import { copySamples } from '../../support/sampleDataset';
import { temporaryFolder } from '../../support/temporaryFolder';

describe('retrain doctor', function () {
  this.timeout(60_000);
  const folder = temporaryFolder();
  const diagnosticsOf = (outcome: CliOutcome) => documentOf(outcome) as unknown as Diagnostics;
  const doctor = (...args: string[]) =>
    runCli(['doctor', ...args], { cwd: folder.path, data: path.join(folder.path, 'user') });

  it('says what this machine has, and writes nothing', async () => {
    const outcome = await doctor('--json');
    assert.equal(outcome.status, 0, outcome.stderr);
    assert.equal(outcome.stderr, '', 'libraries keep their notes to themselves');
    const found = diagnosticsOf(outcome);
    assert.match(found.extension ?? '', /^\d+\.\d+\.\d+/);
    assert.equal(found.node, process.versions.node);
    assert.deepEqual([found.system.platform, found.system.architecture], [process.platform, process.arch]);
    assert.equal(found.processor.cores, os.availableParallelism());
    assert.ok(found.memory.total === os.totalmem() && found.memory.free > 0);
    assert.deepEqual(
      found.runtimes.map(({ id }) => id),
      [...runtimeIds],
    );
    assert.equal(found.auto, found.runtimes.find(({ version }) => version !== undefined)?.id);
    const [backbone] = found.backbones;
    assert.ok(backbone?.kind === 'sound' && /^[0-9a-f]{64}$/.test(backbone.fingerprint));
    assert.equal(found.cacheDirectory.obstacle, null);
    assert.ok(found.cacheDirectory.path.startsWith(path.join(folder.path, 'user')));
    assert.deepEqual(readdirSync(folder.path), []);
  });

  it('says the same to a person', async () => {
    const { stdout, status } = await doctor();
    assert.equal(status, 0);
    assert.match(stdout, /^Retrain Classifier \d/);
    for (const id of runtimeIds) assert.match(stdout, new RegExp(`^  ${id} +\\S`, 'm'));
    assert.match(stdout, /^ {2}auto takes \w+$/m);
    assert.match(stdout, /efficientnet-lite2: 2912 values, fingerprint [0-9a-f]{12}$/m);
    assert.match(stdout, /^ {2}can be written$/m);
  });

  it('says what stands in the way of the cache directory', async () => {
    folder.write('user');
    const { cacheDirectory } = diagnosticsOf(await doctor('--json'));
    assert.match(cacheDirectory.obstacle ?? '', /^ENOTDIR|is not a folder$/);
  });

  describe('where no native runtime is installed', () => {
    /** The program as it is packaged, with sharp alone beside it. */
    const install = () => {
      const home = path.join(folder.path, 'installed');
      mkdirSync(path.join(home, 'node_modules'), { recursive: true });
      for (const name of ['dist', 'media', 'package.json'])
        cpSync(path.resolve(name), path.join(home, name), {
          recursive: true,
          filter: (source) => !/\.map$|dist.test|samples|readme/.test(source),
        });
      symlinkSync(
        path.resolve('node_modules', 'sharp'),
        path.join(home, 'node_modules', 'sharp'),
        'junction',
      );
      return (...args: string[]) =>
        spawnSync(process.execPath, [path.join(home, 'dist', 'cli.js'), ...args], {
          cwd: folder.path,
          env: { ...process.env, XDG_DATA_HOME: folder.path, LOCALAPPDATA: folder.path, NODE_OPTIONS: '' },
          encoding: 'utf8',
        });
    };

    it('gives the reasons, and wasm does the work', () => {
      const retrain = install();
      const { runtimes, auto } = diagnosticsOf(retrain('doctor', '--json'));
      assert.equal(auto, 'wasm');
      const [onnx, tensorflow] = runtimes;
      assert.match(onnx?.reason ?? '', /Cannot find module 'onnxruntime-node'/);
      assert.match(tensorflow?.reason ?? '', /Cannot find module '@tensorflow\/tfjs-node'/);

      copySamples(path.join(folder.path, 'photos'), { daisy: 'daisy', roses: 'roses' }, 6);
      const trained = retrain('train', 'photos', '--json');
      const { runtime, leaveOneOut } = documentOf(trained) as Record<string, { product?: string }>;
      assert.equal(runtime, 'wasm', trained.stderr);
      assert.equal(leaveOneOut?.product, 'plain');
      assert.match(
        retrain('train', 'photos').stdout,
        /^ {2}by the plain 64-bit product in JavaScript, as wasm has none: [\d.]+ s$/m,
      );
      for (const id of ['onnx', 'tensorflow'])
        assert.match(
          trained.stderr,
          new RegExp(
            `^The runtime ${id} is passed over: it cannot be loaded here \\(Cannot find module`,
            'm',
          ),
        );
    });
  });
});
