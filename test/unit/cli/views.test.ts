import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { documentOf, runCli } from '../../support/cli';
import { copySamples } from '../../support/sampleDataset';

interface Document {
  backbone: { id: string };
  bottlenecks: { cached: number; computed: number };
  views?: { rows: number; cached: number; computed: number; missing: number };
  split: { training: number; validation: number; testing: number };
  training: {
    distortions?: { randomCrop: number; views: number };
    penalty?: number;
    temperature?: number;
    trials?: object[];
  };
  leaveOneOut: { n: number };
  evaluation: { accuracy: number | null; confusion: number[][] };
  run: string;
}

describe('views of the training images', function () {
  this.timeout(180_000);
  const home = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'retrain-views-')));
  after(() => rmSync(home, { recursive: true, force: true }));
  const photos = path.join(home, 'photos');
  const cache = path.join(photos, '.bottlenecks', 'v1');
  const cli = (...args: string[]) => runCli(args, { cwd: home, data: home });
  const train = async (...args: string[]) =>
    documentOf(await cli('train', 'photos', '--json', ...args)) as unknown as Document;
  const folders = () => readdirSync(cache).filter((name) => name.includes('+'));
  /** The sha256 and views in the folders of views. */
  const keysIn = (folder: string): [string, number][] =>
    readdirSync(path.join(cache, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.csv'))
      .flatMap((name) =>
        readFileSync(path.join(cache, folder, name), 'utf8')
          .trimEnd()
          .split('\n')
          .slice(2),
      )
      .map((line) => line.split(','))
      .map(([, sha256 = '', view]): [string, number] => [sha256, Number(view)]);
  const distorted = ['--flip_left_right', '--random_crop=10', '--random-brightness', '20', '--views=3'];
  let first: Document;

  before(async () => {
    copySamples(photos, { daisy: 'daisy', roses: 'roses' }, 8);
    first = await train(...distorted);
  });

  it('are computed once: the second run computes nothing and gives the same model', async () => {
    const rows = first.split.training * 3;
    assert.deepEqual(
      { ...first.views, seconds: 0 },
      { rows, cached: 0, computed: rows, missing: 0, seconds: 0 },
    );
    const second = await train(...distorted);
    assert.equal(second.bottlenecks.computed, 0);
    assert.deepEqual(
      { ...second.views, seconds: 0 },
      { rows, cached: rows, computed: 0, missing: 0, seconds: 0 },
    );
    const weights = ({ run }: Document) => readFileSync(path.join(photos, run, 'weights.bin'));
    assert.ok(weights(second).equals(weights(first)));
    const without = await train();
    assert.equal(without.views, undefined);
    assert.equal(without.training.distortions, undefined);
    assert.ok(!weights(without).equals(weights(first)));
  });

  it('are none of validation and testing', () => {
    const split = readdirSync(path.join(photos, '.retrain')).find((name) => name.startsWith('split-')) ?? '';
    const sides = new Map(
      readFileSync(path.join(photos, '.retrain', split), 'utf8')
        .trimEnd()
        .split('\n')
        .map((line): [string, string] => [line.split(',')[0] ?? '', line.split(',')[1]?.trim() ?? '']),
    );
    const [folder = ''] = folders();
    const keys = keysIn(folder);
    assert.equal(keys.length, first.split.training * 3);
    assert.deepEqual([...new Set(keys.map(([sha256]) => sides.get(sha256)))], ['training']);
    assert.deepEqual([...new Set(keys.map(([, view]) => view))].sort(), [1, 2, 3]);
  });

  it('of other distortions are others, and more of the same are only added', async () => {
    assert.equal(folders().length, 1);
    const { training } = first.split;
    const more = await train('--flip_left_right', '--random_crop=10', '--random-brightness', '20');
    assert.deepEqual(
      [more.views?.rows, more.views?.cached, more.views?.computed],
      [4 * training, 3 * training, training],
    );
    assert.equal(folders().length, 1);
    const other = await train('--random_scale', '30', '--views', '1');
    assert.deepEqual([other.views?.cached, other.views?.computed], [0, training]);
    assert.equal(folders().length, 2);
    assert.equal((await train(...distorted)).views?.computed, 0);
  });

  it('of flips alone are one each, the mirror, also where more are asked for', async () => {
    const { status, stdout, stderr } = await cli('train', 'photos', '--flip_left_right', '--views', '3');
    assert.equal(status, 0, stderr);
    assert.match(stderr, /note: --views: .*mirror/);
    const { training } = first.split;
    assert.ok(stdout.includes(`Views: 1 of each training image (flipped), ${training} rows`), stdout);
    assert.equal((await train('--flip_left_right')).views?.computed, 0);
    assert.equal(folders().length, 3);
  });

  it('are those of retrain.json, and a flag is stronger', async () => {
    const file = path.join(photos, 'retrain.json');
    writeFileSync(file, '{"flipLeftRight": true, "randomCrop": 10, "randomBrightness": 5, "views": 2}');
    try {
      const one = await train('--random_brightness=20', '--views', '3');
      assert.deepEqual([one.training.distortions?.views, one.views?.computed], [3, 0], 'as the first ones');
      assert.equal((await train('--random_brightness=20')).training.distortions?.views, 2);
      writeFileSync(file, '{"randomCrop": 0}');
      const refused = await cli('train', 'photos', '--views', '3');
      assert.equal(refused.status, 2);
      assert.match(refused.stderr, /--flip_left_right/);
    } finally {
      rmSync(file);
    }
  });

  it('have no part in leave-one-out and in what a ridge head is chosen by, and are compared', async () => {
    const ridge = await train('--head', 'ridge');
    const withViews = await train('--head', 'ridge', ...distorted);
    assert.equal(withViews.views?.computed, 0);
    const { penalty, temperature, trials } = ridge.training;
    assert.ok(penalty !== undefined && temperature !== undefined && trials !== undefined);
    assert.deepEqual(
      [withViews.training.penalty, withViews.training.temperature, withViews.training.trials],
      [penalty, temperature, trials],
    );
    assert.deepEqual({ ...withViews.leaveOneOut, seconds: 0 }, { ...ridge.leaveOneOut, seconds: 0 });
    assert.equal(withViews.leaveOneOut.n, 16);
    assert.deepEqual(withViews.split, ridge.split);
    const weights = ({ run }: Document) => readFileSync(path.join(photos, run, 'weights.bin'));
    assert.ok(!weights(withViews).equals(weights(ridge)));
    const softmax = [await train(), await train(...distorted)];
    const [own, views] = softmax.map(({ leaveOneOut }) => ({ ...leaveOneOut, seconds: 0 }));
    assert.deepEqual(views, own);
    const compared = await cli('compare', path.join(photos, ridge.run), path.join(photos, withViews.run));
    assert.match(compared.stdout, /distortions\.randomCrop/);
    assert.match(compared.stdout, /distortions\.views/);
  });

  it('stand in the run, which is read back, and leave the other commands as they were', async () => {
    const run = JSON.parse(readFileSync(path.join(photos, first.run, 'run.json'), 'utf8')) as {
      settings: { distortions: object };
      views: object;
      fittedOn: string[];
    };
    assert.deepEqual(run.settings.distortions, {
      flipLeftRight: true,
      randomCrop: 10,
      randomScale: 0,
      randomBrightness: 20,
      views: 3,
    });
    assert.equal(run.fittedOn.length, first.split.training);
    assert.equal((await cli('evaluate', 'photos', '--run', path.join(photos, first.run))).status, 0);
    const verified = await cli('verify', 'photos', '--all', '--json');
    assert.equal(verified.status, 0, verified.stdout + verified.stderr);
    // all views that are there, of all three distortions, by the network as they were made
    const { recomputed, recomputedViews, rows } = documentOf(verified) as Record<string, number>;
    assert.deepEqual([recomputed, recomputedViews], [16, 6 * first.split.training]);
    assert.equal(rows, 16 + 6 * first.split.training);
    const some = documentOf(await cli('verify', 'photos', '--sample', '3', '--json'));
    assert.deepEqual([some['recomputed'], some['recomputedViews']], [3, 9]);
    const told = await cli('verify', 'photos', '--sample', '3');
    assert.match(told.stdout, /computed 3 images and 9 views anew/);
    copySamples(path.join(home, 'copy'), { daisy: 'daisy', roses: 'roses' }, 8);
    assert.equal((await cli('merge', 'photos', 'copy')).status, 0);
    const copied = documentOf(await cli('train', 'copy', '--json', ...distorted)) as unknown as Document;
    assert.equal(copied.bottlenecks.computed, 0);
    assert.equal(copied.views?.computed, 0);
    assert.equal((await cli('clear', 'photos', '--yes')).status, 0);
  });

  it('are refused without a distortion, beyond 32, and beyond 100 percent', async () => {
    for (const args of [
      ['--views', '3'],
      ['--random_crop=0', '--views=3'],
      ['--flip_left_right', '--views=33'],
      ['--random_crop=101'],
    ])
      assert.equal((await cli('train', 'photos', ...args)).status, 2, args.join(' '));
  });
});
