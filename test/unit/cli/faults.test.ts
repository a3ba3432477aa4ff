import assert from 'node:assert/strict';
import { execFileSync, type ChildProcess } from 'node:child_process';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { EngineClient } from '../../../src/editor/engineClient';
import { rowsById } from '../../support/cacheContents';
import { documentOf, runCli } from '../../support/cli';
import { copySamples } from '../../support/sampleDataset';
import { skip } from '../../support/skip';
import { mountSmallDisk, type SmallDisk } from '../../support/smallDisk';

const labels = { daisy: 'daisy', roses: 'roses', tulips: 'tulips' };
const noMount = 'only root on Linux may mount a small disk';

interface Counts {
  readonly cached: number;
  readonly computed: number;
}

describe('faults while a cache is filled', function () {
  this.timeout(120_000);
  const home = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'retrain-faults-')));
  const disks: SmallDisk[] = [];
  after(() => {
    for (const disk of disks) disk.remove();
    rmSync(home, { recursive: true, force: true });
  });
  /** A dataset of `each` photos a class, old enough for their times to be trusted. */
  const dataset = (folder: string, each: number) => {
    copySamples(folder, labels, each);
    const old = new Date('2020-01-02T03:04:05Z');
    for (const label of Object.values(labels))
      for (const name of readdirSync(path.join(folder, label)))
        utimesSync(path.join(folder, label, name), old, old);
    return folder;
  };
  const run = (args: readonly string[], started?: (child: ChildProcess) => void) =>
    runCli([...args, '--json'], { cwd: home, data: home, ...(started && { started }) });
  const countsOf = (outcome: Awaited<ReturnType<typeof run>>): Counts => {
    assert.equal(outcome.status, 0, outcome.stderr);
    return (documentOf(outcome) as unknown as { bottlenecks: Counts }).bottlenecks;
  };
  const disk = (context: Mocha.Context, name: string, kilobytes: number): SmallDisk => {
    if (process.platform !== 'linux') skip(context, noMount);
    const mounted = mountSmallDisk(path.join(home, name), kilobytes) ?? skip(context, noMount);
    disks.push(mounted);
    return mounted;
  };
  /** Calls `act` once, when the first matrix of the dataset is there. */
  const whenBegun = (folder: string, act: () => void) => (child: ChildProcess) => {
    const timer = setInterval(() => {
      const cache = path.join(folder, '.bottlenecks');
      if (!existsSync(cache)) return;
      if (!readdirSync(cache, { recursive: true, encoding: 'utf8' }).some((name) => name.endsWith('.npy')))
        return;
      clearInterval(timer);
      act();
    }, 5);
    child.on('close', () => clearInterval(timer));
  };

  it('a full disk: says so in one sentence, keeps what was stored, and goes on when there is room', async function () {
    const photos = path.join(home, 'full/photos');
    const full = disk(this, 'full', 20_000);
    dataset(photos, 10);
    const used = Number(execFileSync('du', ['-sk', full.folder]).toString().split('\t')[0]);
    // room for some of the 30 rows of 11.6 kB
    full.resize(used + 200);
    const stopped = await run(['bottlenecks', photos]);
    assert.equal(stopped.status, 1);
    const { error } = documentOf(stopped) as { error: { code: string; message: string } };
    assert.equal(error.code, 'CACHE_UNWRITABLE');
    assert.match(error.message, /\.bottlenecks cannot be written \(ENOSPC\); free some space/);
    full.resize(20_000);
    const { cached, computed } = countsOf(await run(['bottlenecks', photos]));
    assert.ok(cached > 0 && computed > 0, `${cached} cached, ${computed} computed`);
    assert.equal(cached + computed, 30);
    assert.equal(rowsById(path.join(photos, '.bottlenecks')).size, 30);
  });

  it('a read-only disk: the cache goes to the folder of the user', async function () {
    const sealed = disk(this, 'sealed', 20_000);
    const photos = dataset(path.join(sealed.folder, 'photos'), 2);
    sealed.setReadOnly();
    assert.equal(countsOf(await run(['bottlenecks', photos])).computed, 6);
    assert.deepEqual(readdirSync(photos).sort(), ['daisy', 'roses', 'tulips']);
    assert.equal(countsOf(await run(['bottlenecks', photos])).computed, 0);
    const verified = await run(['verify', photos]);
    assert.equal(verified.status, 0, verified.stderr);
  });

  it('the cache deleted under way: the training is right all the same, and the next run has what is missing', async () => {
    const photos = dataset(path.join(home, 'deleted'), 12);
    const reference = dataset(path.join(home, 'undisturbed'), 12);
    assert.equal(countsOf(await run(['train', reference])).computed, 36);
    const cache = path.join(photos, '.bottlenecks');
    let deleted = false;
    const trained = await run(
      ['train', photos],
      whenBegun(photos, () => {
        // not on Windows, where an open file holds its folder
        renameSync(cache, path.join(home, 'deleted cache'));
        rmSync(path.join(home, 'deleted cache'), { recursive: true });
        deleted = true;
      }),
    );
    if (process.platform !== 'win32') assert.ok(deleted);
    assert.equal(trained.status, 0, trained.stderr);
    const evaluation = (outcome: typeof trained) =>
      (documentOf(outcome) as { evaluation?: unknown }).evaluation;
    const again = await run(['train', photos]);
    assert.deepEqual(evaluation(trained), evaluation(again));
    assert.deepEqual(rowsById(cache), rowsById(path.join(reference, '.bottlenecks')));
    assert.equal(countsOf(await run(['train', photos])).computed, 0);
  });

  it('photos deleted and replaced under way: are named or taken as they are, and the rest goes on', async () => {
    // far more than are read ahead
    const photos = dataset(path.join(home, 'changing'), 40);
    const last = readdirSync(path.join(photos, 'tulips')).sort().slice(-3);
    const at = (name: string | undefined) => path.join(photos, 'tulips', name ?? '');
    const [model = ''] = readdirSync(path.join(photos, 'daisy'));
    const outcome = await run(
      ['bottlenecks', photos],
      whenBegun(photos, () => {
        unlinkSync(at(last[0]));
        writeFileSync(at(last[1]), 'no picture any more');
        execFileSync('cp', [path.join(photos, 'daisy', model), at(last[2])]);
      }),
    );
    const document = documentOf(outcome) as unknown as {
      bottlenecks: Counts;
      dataset: { images: number; skipped: { path: string; code: string }[] };
    };
    assert.equal(outcome.status, 0);
    const expected = [
      [`tulips/${last[0]}`, 'FILE_MISSING'],
      [`tulips/${last[1]}`, 'FORMAT_UNKNOWN'],
    ];
    assert.deepEqual(
      document.dataset.skipped.map((file) => [file.path, file.code]),
      expected,
    );
    assert.deepEqual(document.bottlenecks, { ...document.bottlenecks, computed: 117, cached: 1 });
    const verified = await run(['verify', photos, '--all']);
    assert.equal(verified.status, 0, verified.stdout);
  });

  it('two terminals and an engine on one dataset at once: all succeed, and what is there is right', async () => {
    const photos = dataset(path.join(home, 'busy'), 12);
    const engine = new EngineClient(
      () => ({
        script: path.resolve('dist/engine.js'),
        assets: path.resolve('media'),
        cacheDirectory: path.join(home, 'user'),
        tensorflowFolder: null,
      }),
      { info: () => undefined, warn: () => undefined },
    );
    try {
      const settings = {
        backbone: 'efficientnet-lite2',
        runtime: 'auto',
        seed: 42,
        validationPercentage: 10,
        testingPercentage: 10,
        splitRule: { kind: 'content' },
        head: { kind: 'softmax', optimizer: { kind: 'l-bfgs' } },
      } as const;
      const [one, two, three] = await Promise.all([
        run(['train', photos]),
        run(['train', photos]),
        engine.run('retrain', { folder: photos, settings }),
      ]);
      for (const outcome of [one, two]) assert.equal(outcome.status, 0, outcome.stderr);
      const runs = [one, two].map((outcome) => (documentOf(outcome) as { run?: string }).run);
      assert.equal(new Set([...runs, path.relative(photos, three.folder).split(path.sep).join('/')]).size, 3);
      const evaluations = [one, two].map(
        (outcome) => (documentOf(outcome) as { evaluation?: { accuracy: number } }).evaluation,
      );
      assert.deepEqual(evaluations[0], evaluations[1]);
      assert.equal(evaluations[0]?.accuracy, three.evaluation.accuracy);
    } finally {
      engine.dispose();
    }
    assert.equal(countsOf(await run(['bottlenecks', photos])).computed, 0);
    const { findings } = documentOf(await run(['verify', photos, '--all'])) as unknown as {
      findings: { kind: string }[];
    };
    // what was computed by two at once may stand there twice
    assert.deepEqual(
      findings.filter(({ kind }) => kind !== 'stale'),
      [],
    );
  });
});
