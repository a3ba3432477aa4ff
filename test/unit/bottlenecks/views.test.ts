import assert from 'node:assert/strict';
import { readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import {
  checkRows,
  compactViews,
  computeBottlenecks,
  computeViews,
  ContentSet,
  knownParts,
  listCache,
  openCache,
  viewsBackbone,
  viewsBackbonesIn,
} from '../../../src/bottlenecks';
import { directReader, readImage, type Distortions } from '../../../src/images';
import {
  decodeTiny,
  imagesOf,
  inFolder,
  tinyBackbone,
  TinyRuntime,
  valuesOf,
  writeFiles,
} from '../../support/bottleneckCache';

const brighter: Distortions = { flipLeftRight: false, randomCrop: 0, randomScale: 0, randomBrightness: 50 };
const mirrored: Distortions = { ...brighter, flipLeftRight: true };
const flowers = { 'roses/1.jpg': 'r1', 'roses/2.jpg': 'r2', 'tulips/1.jpg': 't1', 'tulips/twin.jpg': 'r1' };

/** Fills the cache of `folder`, then computes views of all its images, as a new process would. */
async function run(folder: string, views: number, distortions: Distortions, before?: () => Promise<void>) {
  const root = path.join(folder, '.bottlenecks');
  const runtime = new TinyRuntime();
  const reader = directReader(readImage, decodeTiny);
  const base = await openCache(root, tinyBackbone);
  const source = { root: folder, images: await imagesOf(folder), backbone: tinyBackbone, runtime, reader };
  const { rows } = await computeBottlenecks({ ...source, cache: base });
  const own = runtime.pictures;
  await before?.();
  const cache = await openCache(root, viewsBackbone(tinyBackbone, distortions));
  const parts = await knownParts(root, cache.backbone.id);
  const result = await computeViews({ ...source, cache }, rows, { views, distortions });
  const { values } = await cache.readMany(result.keys);
  return { ...result, rows, base, cache, parts, values, root, pictures: runtime.pictures - own };
}

describe('the values of views', () => {
  it('are computed once, for identical files once, and read back in the order of the rows', () =>
    inFolder(async (folder) => {
      await writeFiles(folder, flowers);
      const first = await run(folder, 3, brighter);
      assert.deepEqual([first.computed, first.cached, first.missing, first.pictures], [9, 0, 0, 9]);
      assert.deepEqual(
        first.keys.map(({ image, view }) => `${image.path} ${view}`),
        Object.keys(flowers).flatMap((file) => [1, 2, 3].map((view) => `${file} ${view}`)),
      );
      const second = await run(folder, 3, brighter);
      assert.deepEqual([second.computed, second.cached, second.pictures], [0, 9, 0]);
      assert.deepEqual(second.values, first.values);
      const more = await run(folder, 4, brighter);
      assert.deepEqual([more.computed, more.cached], [3, 9]);
      const rows = [0, 1, 2].map((row) => [...first.values.subarray(row * 5, row * 5 + 5)].join());
      assert.equal(new Set([...rows, valuesOf('r1').join()]).size, 4);
    }));

  it('of two distortions never share a row, nor with the images themselves', () =>
    inFolder(async (folder) => {
      await writeFiles(folder, flowers);
      const one = await run(folder, 2, brighter);
      const other = await run(folder, 2, mirrored);
      assert.deepEqual([other.computed, other.cached], [6, 0]);
      assert.notEqual(one.cache.backbone.fingerprint, other.cache.backbone.fingerprint);
      const [row] = one.rows;
      assert.ok(row && !one.base.has(row.sha256, 1) && !one.cache.has(row.sha256));
      assert.deepEqual([...((await other.base.read(row.sha256)) ?? [])], valuesOf('r1'));
      const found = await viewsBackbonesIn(one.root, tinyBackbone);
      assert.deepEqual(
        found.map(({ id, fingerprint }) => [id, fingerprint]).sort(),
        [one, other].map(({ cache: { backbone } }) => [backbone.id, backbone.fingerprint]).sort(),
      );
      for (const backbone of found) assert.equal((await checkRows(one.root, backbone)).rows, 6);
      assert.deepEqual(
        (await listCache(one.root)).map(({ id }) => id),
        ['tiny'],
      );
    }));

  it('are none where the file has become another one meanwhile', () =>
    inFolder(async (folder) => {
      await writeFiles(folder, flowers);
      const changed = await run(folder, 2, brighter, () =>
        writeFile(path.join(folder, 'tulips/1.jpg'), 'other'),
      );
      assert.deepEqual([changed.computed, changed.missing], [4, 2]);
      assert.ok(changed.keys.every(({ image }) => image.path !== 'tulips/1.jpg'));
    }));

  it('of images that are gone are compacted away, and of all others stay, however many are asked for', () =>
    inFolder(async (folder) => {
      await writeFiles(folder, flowers);
      await run(folder, 4, brighter);
      await rm(path.join(folder, 'roses/2.jpg'));
      const { root, parts, cache, rows, computed } = await run(folder, 1, brighter);
      const contents = new ContentSet();
      for (const { sha256 } of rows) contents.add(sha256);
      await compactViews(parts, cache, rows, { contents, computed });
      const check = await checkRows(root, cache.backbone);
      assert.deepEqual([check.rows, check.damaged.length], [8, 0]);
      assert.equal((await run(folder, 4, brighter)).computed, 0);
    }));

  it('write no line about files, which are known', () =>
    inFolder(async (folder) => {
      await writeFiles(folder, flowers);
      const lines = path.join(folder, '.bottlenecks', 'v1', 'files');
      let before: string[] = [];
      await run(folder, 2, brighter, async () => {
        before = await readdir(lines);
      });
      assert.deepEqual(await readdir(lines), before);
    }));
});
