import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { rowsById } from '../../support/cacheContents';
import { documentOf, runCli } from '../../support/cli';
import { copySamples } from '../../support/sampleDataset';

interface Counts {
  dataset: { images: number };
  bottlenecks: { cached: number; computed: number };
  shard?: { index: number; count: number };
}

describe('retrain on shards of a dataset', function () {
  this.timeout(120_000);
  const home = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'retrain-shards-')));
  after(() => rmSync(home, { recursive: true, force: true }));
  const run = async (...args: string[]) => runCli(args, { cwd: home, data: home });
  const counts = async (...args: string[]) =>
    documentOf(await run('bottlenecks', ...args, '--json')) as unknown as Counts;

  before(async () => {
    copySamples(path.join(home, 'alone'), { daisy: 'daisy', roses: 'roses' }, 12);
    for (const copy of ['shared', 'first', 'second'])
      cpSync(path.join(home, 'alone'), path.join(home, copy), { recursive: true });
    assert.equal((await counts('alone')).bottlenecks.computed, 24);
  });

  it('fills one cache from three processes at once with what one process computes, bit for bit', async () => {
    const shards = await Promise.all(
      ['0/3', '1/3', '2/3'].map((shard) => counts('shared', '--shard', shard)),
    );
    const sizes = shards.map(({ bottlenecks }) => bottlenecks.computed);
    assert.ok(
      sizes.every((size) => size > 0),
      sizes.join(),
    );
    assert.equal(
      sizes.reduce((sum, size) => sum + size, 0),
      24,
    );
    assert.deepEqual(shards[1]?.shard, { index: 1, count: 3 });
    assert.equal(shards[1]?.dataset.images, 24);
    assert.deepEqual(
      rowsById(path.join(home, 'shared/.bottlenecks')),
      rowsById(path.join(home, 'alone/.bottlenecks')),
    );
  });

  it('computes nothing when a shard is run again, nor when all is', async () => {
    const again = await counts('shared', '--shard', '1/3');
    assert.equal(again.bottlenecks.computed, 0);
    assert.ok(again.bottlenecks.cached > 0);
    assert.deepEqual((await counts('shared')).bottlenecks.computed, 0);
  });

  it('compacts nothing: what other shards may know by another name stays', async () => {
    const left = path.join(home, 'shared/roses');
    mkdirSync(path.join(home, 'away'));
    renameSync(left, path.join(home, 'away/roses'));
    copySamples(path.join(home, 'shared'), { daisy: 'other' }, 1);
    await counts('shared', '--shard', '0/3');
    renameSync(path.join(home, 'away/roses'), left);
    assert.equal((await counts('shared')).bottlenecks.computed, 0);
  });

  it('merges caches that were computed apart, each row once', async () => {
    await counts('first', '--shard', '0/2');
    await counts('second', '--shard', '1/2');
    const merged = documentOf(await run('merge', 'first', 'second', '--json')) as unknown as {
      into: string;
      caches: { folder: string; backbones: { taken: number; present: number }[] }[];
    };
    assert.equal(merged.into, path.join(home, 'second/.bottlenecks'));
    assert.equal(merged.caches[0]?.folder, path.join(home, 'first/.bottlenecks'));
    assert.ok((merged.caches[0].backbones[0]?.taken ?? 0) > 0);
    assert.deepEqual(
      rowsById(path.join(home, 'second/.bottlenecks')),
      rowsById(path.join(home, 'alone/.bottlenecks')),
    );
    assert.equal((await counts('second')).bottlenecks.computed, 0);
    const again = await run('merge', 'first/.bottlenecks', 'alone', 'second');
    assert.match(again.stdout, /efficientnet-lite2-int8: 0 taken, \d+ already there\n/);
  });

  it('says what cannot be merged, and refuses shards that there are not', async () => {
    mkdirSync(path.join(home, 'empty'));
    const errors: [args: string[], code: string][] = [
      [['merge', 'empty', 'alone'], 'NO_CACHE'],
      [['merge', 'nowhere', 'alone'], 'FOLDER_NOT_FOUND'],
      [['merge', 'alone', 'nowhere'], 'FOLDER_NOT_FOUND'],
      [['merge', 'alone', 'alone/.bottlenecks'], 'SAME_CACHE'],
    ];
    for (const [args, code] of errors) {
      const outcome = await run(...args, '--json');
      assert.equal(outcome.status, 1);
      assert.equal((documentOf(outcome) as { error: { code: string } }).error.code, code, args.join(' '));
    }
    for (const shard of ['3/3', '-1/3', '1', '0/0', '1/x', '/3', ''])
      assert.equal((await run('bottlenecks', 'alone', `--shard=${shard}`)).status, 2, shard);
    assert.equal((await run('merge', 'alone')).status, 2);
  });
});
