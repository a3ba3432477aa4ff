import assert from 'node:assert/strict';
import { chmod, mkdir, readFile, rename, symlink, unlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import {
  cacheLocation,
  computeBottlenecks,
  inspectPart,
  listCache,
  openCache,
  readPartRows,
} from '../../../src/bottlenecks';
import {
  inFolder,
  sha256Of,
  sourceOf,
  store,
  tinyBackbone,
  valuesOf,
  writeFiles,
} from '../../support/bottleneckCache';
import { skip } from '../../support/skip';

async function fill(root: string): Promise<void> {
  await computeBottlenecks(await sourceOf(root));
}

const files = { 'Roses/1.jpg': 'r1', 'Roses/2.jpg': 'r2', '__proto__/1.jpg': 'p1', '猫/1.jpg': 'c1' };

describe('looking into a cache', () => {
  it('lists backbones, labels and images, under the paths they have now', () =>
    inFolder(async (root) => {
      await writeFiles(root, files);
      await fill(root);
      await rename(path.join(root, '猫/1.jpg'), path.join(root, 'Roses/cat.jpg'));
      await writeFiles(root, { '猫/2.jpg': 'c2' });
      await fill(root);
      const listed = await listCache(path.join(root, '.bottlenecks'));
      assert.deepEqual(
        listed.map(({ id, labels }) => [
          id,
          labels.map(({ label, images }) => [label, images.map((image) => image.path)]),
        ]),
        [
          [
            'tiny',
            [
              ['Roses', ['Roses/1.jpg', 'Roses/2.jpg']],
              ['__proto__', ['__proto__/1.jpg']],
              ['猫', ['猫/1.jpg', '猫/2.jpg']],
            ],
          ],
        ],
      );
      for (const { path: shown, sha256, file, row } of listed.flatMap(({ labels }) =>
        labels.flatMap(({ images }) => images),
      )) {
        const [read] = await readPartRows(file, row, row + 1);
        const content = (await readFile(path.join(root, shown)).catch(() => Buffer.from('c1'))).toString();
        assert.equal(sha256Of(content), sha256);
        assert.deepEqual(
          [read?.row, read?.checksum, [...(read?.values ?? [])]],
          [row, 'right', valuesOf(content)],
        );
      }
    }));

  it('tells of each row what it holds, where that is now, and whether its checksum is right', () =>
    inFolder(async (root) => {
      await writeFiles(root, files);
      await fill(root);
      await writeFiles(root, { 'copies/1.jpg': 'r1' });
      await fill(root);
      const cache = await openCache(path.join(root, '.bottlenecks'), tinyBackbone);
      const { file, row } = cache.partOf(sha256Of('r2')) ?? { file: '', row: 0 };
      const bytes = await readFile(file);
      bytes.writeUInt8((bytes[128 + row * 20] ?? 0) ^ 1, 128 + row * 20);
      await writeFile(file, bytes);
      const part = await inspectPart(file);
      assert.deepEqual(
        [part.backbone, part.label, part.dimension, part.bytes, part.head?.runtime],
        ['tiny', 'Roses', 5, 168, 'onnx'],
      );
      assert.deepEqual(
        part.rows.map(({ checksum, sha256, paths, pathWhenComputed }) => [
          checksum,
          sha256,
          paths,
          pathWhenComputed,
        ]),
        [
          ['right', sha256Of('r1'), ['Roses/1.jpg', 'copies/1.jpg'], 'Roses/1.jpg'],
          ['wrong', sha256Of('r2'), ['Roses/2.jpg'], 'Roses/2.jpg'],
        ],
      );
      assert.deepEqual(
        (await readPartRows(file, 0, 2)).map(({ checksum }) => checksum),
        ['right', 'wrong'],
      );
    }));

  it('shows the values of a part whose index is gone, as unknown', () =>
    inFolder(async (root) => {
      const cache = await store(root, ['a', 'b']);
      const { file } = cache.partOf(sha256Of('a')) ?? { file: '' };
      await unlink(file.replace(/npy$/, 'csv'));
      const part = await inspectPart(file);
      assert.deepEqual(
        [part.head, part.rows.map(({ checksum }) => checksum)],
        [undefined, ['missing', 'missing']],
      );
      assert.deepEqual([...((await readPartRows(file, 1, 2))[0]?.values ?? [])], valuesOf('b'));
    }));

  it('says in words what is not a part of a cache', () =>
    inFolder(async (root) => {
      await writeFiles(root, { 'a.npy': 'text', 'b.npy': '' });
      await assert.rejects(inspectPart(path.join(root, 'a.npy')), { code: 'CACHE_LAYOUT' });
      await assert.rejects(inspectPart(path.join(root, 'b.npy')), { code: 'CACHE_LAYOUT' });
      await assert.rejects(inspectPart(path.join(root, 'c.npy')), { code: 'FILE_MISSING' });
      await assert.rejects(readPartRows(path.join(root, 'a.npy'), 0, 1), { code: 'CACHE_LAYOUT' });
      assert.deepEqual(await listCache(path.join(root, 'none')), []);
    }));
});

describe('the place of a cache', () => {
  it('is in the dataset, and nothing is made by asking', () =>
    inFolder(async (root) => {
      assert.deepEqual(await cacheLocation(root, path.join(root, 'elsewhere')), {
        bottlenecks: path.join(root, '.bottlenecks'),
        retrain: path.join(root, '.retrain'),
      });
    }));

  it('is in the cache directory, the same for the same dataset, where the dataset has a link in its place', async function () {
    await inFolder(async (folder) => {
      const [one, two, shared] = ['one', 'two', 'shared'].map((name) => path.join(folder, name));
      if (one === undefined || two === undefined || shared === undefined) return;
      await mkdir(one);
      await mkdir(two);
      for (const root of [one, two])
        await symlink(folder, path.join(root, '.bottlenecks'), 'dir').catch(() =>
          skip(this, 'links need a privilege on Windows'),
        );
      const first = await cacheLocation(one, shared);
      const second = await cacheLocation(two, shared);
      assert.ok(
        first.bottlenecks.startsWith(shared + path.sep) && second.bottlenecks.startsWith(shared + path.sep),
      );
      assert.notEqual(first.bottlenecks, second.bottlenecks);
      assert.deepEqual(await cacheLocation(one + path.sep, shared), first);
      assert.equal(first.retrain, path.join(one, '.retrain'));
      await store(first.bottlenecks, ['a']);
      assert.equal((await openCache(first.bottlenecks, tinyBackbone)).has(sha256Of('a')), true);
    });
  });

  it('is in the cache directory where the dataset is read-only', async function () {
    if (process.platform === 'win32') skip(this, 'Windows knows no such mode');
    if (process.getuid?.() === 0) skip(this, 'root may write anywhere');
    await inFolder(async (folder) => {
      const root = path.join(folder, 'dataset');
      await mkdir(root);
      await chmod(root, 0o555);
      const { bottlenecks, retrain } = await cacheLocation(root, path.join(folder, 'shared'));
      await chmod(root, 0o755);
      for (const place of [bottlenecks, retrain])
        assert.ok(place.startsWith(path.join(folder, 'shared') + path.sep));
    });
  });
});
