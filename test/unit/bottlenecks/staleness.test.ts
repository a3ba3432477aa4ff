import assert from 'node:assert/strict';
import { readFile, rm, stat, unlink, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import {
  CacheWriter,
  compactStale,
  computeBottlenecks,
  knownParts,
  openCache,
  type ScannedDataset,
} from '../../../src/bottlenecks';
import {
  filesOf,
  inFolder,
  onnx,
  rightContents,
  rowKey,
  rowsOnDisk,
  sha256Of,
  sourceOf,
  store,
  tinyBackbone,
  TinyRuntime,
  valuesOf,
  writeFiles,
} from '../../support/bottleneckCache';

function numbered(first: number, end: number): string[] {
  return Array.from({ length: end - first }, (_, i) => `image ${first + i}`);
}

/** Compacts by a dataset in which these contents are left, and nothing was computed. */
async function compact(root: string, contents: readonly string[], paths: readonly string[] = []) {
  const parts = await knownParts(root, tinyBackbone.id);
  await compactStale(parts, tinyBackbone, scanned(contents, paths));
}

function scanned(contents: readonly string[], paths: readonly string[] = []): ScannedDataset {
  return { contents: new Set(contents.map(sha256Of)), paths: new Set(paths), computed: 0 };
}

describe('stale rows', () => {
  it('of deleted images are removed once they outweigh a quarter, and not before', () =>
    inFolder(async (root) => {
      await store(root, numbered(0, 40));
      await compact(root, numbered(0, 30));
      assert.equal(await rowsOnDisk(root), 40, 'a quarter does not outweigh a quarter');
      await compact(root, numbered(0, 29));
      assert.equal(await rowsOnDisk(root), 29);
      const cache = await openCache(root, tinyBackbone);
      assert.deepEqual(await rightContents(cache, numbered(0, 40)), numbered(0, 29));
      assert.deepEqual(await filesOf(root, '.lease'), []);
    }));

  it('are removed with their part where nothing of it is left, and a part without stale rows is not touched', () =>
    inFolder(async (root) => {
      await store(root, numbered(0, 10));
      const [whole = ''] = await filesOf(root, '.npy');
      const before = await stat(whole);
      await store(root, numbered(10, 20), 'tulips');
      await compact(root, numbered(0, 10));
      assert.deepEqual(await filesOf(root, '.npy'), [whole]);
      assert.equal((await stat(whole)).ino, before.ino);
    }));

  it('are all but the newest row of a key, and those that are damaged', () =>
    inFolder(async (root) => {
      await store(root, numbered(0, 20));
      await store(root, numbered(0, 10), 'tulips');
      // in the newest part: so the older row of this key is the one to keep
      const [, newest = ''] = (await filesOf(root, '.npy')).sort((a, b) =>
        path.basename(a) < path.basename(b) ? -1 : 1,
      );
      const bytes = await readFile(newest);
      bytes.writeUInt8(bytes.readUInt8(128) ^ 1, 128);
      await writeFile(newest, bytes);
      await compact(root, numbered(0, 20));
      assert.equal(await rowsOnDisk(root), 20);
      const cache = await openCache(root, tinyBackbone);
      assert.deepEqual(await rightContents(cache, numbered(0, 20)), numbered(0, 20));
    }));

  it('of a matrix whose index is gone or has a damaged head are removed, of another format or fingerprint never', () =>
    inFolder(async (root) => {
      const foreign = { ...tinyBackbone, fingerprint: 'b'.repeat(64) };
      const cache = await openCache(root, foreign);
      const writer = new CacheWriter(cache, onnx);
      await writer.append('roses', [rowKey('image 0')], Float32Array.from(valuesOf('image 0')));
      await writer.close();
      const [older = ''] = await filesOf(root, '.npy');
      for (let i = 0; i < 3; i++) await store(root, numbered(10 * i, 10 * i + 10), `label ${i}`);
      const [gone = '', damaged = '', later = ''] = (await filesOf(root, '.csv')).filter(
        (file) => !file.includes('roses'),
      );
      await unlink(gone);
      await writeFile(damaged, (await readFile(damaged)).toString().replace(',onnx,', ',onny,'));
      const text = (await readFile(later)).toString().replace('bottlenecks,1,', 'bottlenecks,2,');
      await writeFile(later, text);
      await store(root, numbered(30, 40));
      await compact(root, numbered(30, 40));
      const left = await filesOf(root, '.npy');
      const labels = left.map((file) => path.basename(path.dirname(file)));
      assert.deepEqual(labels, ['label 2', 'roses', 'roses']);
      assert.ok(left.includes(older));
    }));

  it('stay while a lease says that their part is being written', () =>
    inFolder(async (root) => {
      const cache = await openCache(root, tinyBackbone);
      const writer = new CacheWriter(cache, onnx);
      const contents = numbered(0, 10);
      const keys = contents.map((content) => rowKey(content));
      await writer.append('roses', keys, Float32Array.from(contents.flatMap(valuesOf)));
      await compact(root, ['image 0']);
      assert.equal(await rowsOnDisk(root), 10);
      await writer.close();
      await compact(root, ['image 0']);
      assert.equal(await rowsOnDisk(root), 1);
    }));

  it('are not judged by a scan that is older than their part', () =>
    inFolder(async (root) => {
      await store(root, numbered(0, 4));
      const parts = await knownParts(root, tinyBackbone.id);
      await store(root, numbered(4, 40), 'added meanwhile');
      await compactStale(parts, tinyBackbone, scanned(numbered(0, 4)));
      assert.equal(await rowsOnDisk(root), 40);
    }));

  it('of a large part are removed as well, in pieces, once they are a quarter of it', () =>
    inFolder(async (root) => {
      // 9.8 MB: above the size up to which small parts are merged, and more than one piece
      const wide = { ...tinyBackbone, dimension: 2048 };
      const contents = numbered(0, 1200);
      const writer = new CacheWriter(await openCache(root, wide), onnx);
      const values = new Float32Array(contents.length * wide.dimension).map((_, i) => i);
      const keys = contents.map((content) => rowKey(content));
      await writer.append('roses', keys, values);
      await writer.close();
      const kept = contents.filter((_, i) => i % 2 === 0);
      await compactStale(await knownParts(root, wide.id), wide, scanned(kept));
      const sizes = await Promise.all((await filesOf(root, '.npy')).map(async (file) => stat(file)));
      assert.deepEqual(
        sizes.map(({ size }) => size),
        [128 + kept.length * 4 * wide.dimension],
      );
      const after = await openCache(root, wide);
      const read = await after.readMany(kept.map((content) => ({ sha256: sha256Of(content) })));
      assert.deepEqual(read.missing, []);
      assert.ok(kept.every((_, i) => read.values[i * wide.dimension] === 2 * i * wide.dimension));
    }));

  it('are compacted by one of two that try at once: no row is copied twice', () =>
    inFolder(async (root) => {
      await store(root, numbered(0, 40));
      await Promise.all([compact(root, numbered(0, 20)), compact(root, numbered(0, 20))]);
      assert.equal(await rowsOnDisk(root), 20);
      assert.deepEqual(await filesOf(root, '.lease'), []);
    }));

  it('leave a reader with the old parts open in no doubt', () =>
    inFolder(async (root) => {
      await store(root, numbered(0, 20));
      const reader = await openCache(root, tinyBackbone);
      await compact(root, numbered(0, 10));
      assert.deepEqual(await rightContents(reader, numbered(0, 20)), numbered(0, 10));
    }));
});

describe('lines about paths', () => {
  it('where nothing stands any more, and older lines about a path, are removed once they outweigh a quarter', () =>
    inFolder(async (root) => {
      const paths = Array.from({ length: 20 }, (_, i) => `roses/${i}.jpg`);
      const note = async (size: number, some: readonly string[]) => {
        const writer = new CacheWriter(await openCache(root, tinyBackbone), onnx);
        for (const file of some)
          writer.noteFile({ path: file, size, mtimeNs: 1n, sha256: sha256Of(`${size}`), readAt: Date.now() });
        await writer.close();
      };
      const lines = async () => {
        const files = await filesOf(path.join(root, 'v1/files'), '.csv');
        const texts = await Promise.all(files.map(async (file) => (await readFile(file)).toString()));
        return texts.reduce((sum, text) => sum + text.split('\n').length - 2, 0);
      };
      await note(1, paths);
      await compact(root, [], paths.slice(0, 15));
      assert.equal(await lines(), 20);
      await compact(root, [], paths.slice(0, 14));
      assert.equal(await lines(), 14);
      await note(2, paths.slice(0, 5));
      await compact(root, [], paths.slice(0, 14));
      assert.equal(await lines(), 14);
      const cache = await openCache(root, tinyBackbone);
      assert.equal(cache.contentOf(paths[4] ?? '', 2, 1n), sha256Of('2'));
      assert.equal(cache.contentOf(paths[5] ?? '', 1, 1n), sha256Of('1'));
      assert.equal(cache.fileMap.get(paths[14] ?? ''), undefined);
    }));
});

describe('the last line about a path', () => {
  const note = async (writer: CacheWriter, file: string, content: string) => {
    writer.noteFile({ path: file, size: 1, mtimeNs: 1n, sha256: sha256Of(content), readAt: Date.now() });
    await writer.flush();
  };
  const newWriter = async (root: string) => new CacheWriter(await openCache(root, tinyBackbone), onnx);
  const last = async (root: string) => (await openCache(root, tinyBackbone)).fileMap.get('a.jpg')?.sha256;

  for (const [how, parts] of [
    ['stale lines are removed', 3],
    ['small parts are merged', 9],
  ] as const)
    it(`stays the last when older ones about it are compacted beside a part that is being written: ${how}`, () =>
      inFolder(async (root) => {
        const older = await newWriter(root);
        await note(older, 'a.jpg', 'older');
        await older.close();
        const open = await newWriter(root);
        await note(open, 'a.jpg', 'newer');
        for (let i = 0; i < parts; i++) {
          const writer = await newWriter(root);
          await note(writer, 'b.jpg', String(i));
          await writer.close();
        }
        await compact(root, [], ['a.jpg', 'b.jpg']);
        assert.equal(await last(root), sha256Of('newer'));
        await open.close();
        await compact(root, [], ['a.jpg', 'b.jpg']);
        assert.equal(await last(root), sha256Of('newer'));
      }));
});

describe('compacting after a scan', () => {
  it('computes nothing for what was renamed, moved or relabelled, however much else is gone', () =>
    inFolder(async (root) => {
      const files = Object.fromEntries(
        Array.from({ length: 30 }, (_, i) => [`${i % 2 ? 'roses' : 'tulips'}/${i}.jpg`, `image ${i}`]),
      );
      const old = new Date('2020-01-02T03:04:05Z');
      const bottlenecks = path.join(root, '.bottlenecks');
      const run = async () => {
        const parts = await knownParts(bottlenecks, tinyBackbone.id);
        const runtime = new TinyRuntime();
        const source = await sourceOf(root, { runtime });
        const { rows, computed } = await computeBottlenecks(source);
        const contents = new Set(rows.map(({ sha256 }) => sha256));
        await compactStale(parts, tinyBackbone, {
          contents,
          paths: new Set(source.images.map((image) => image.path)),
          computed,
        });
        return { pictures: runtime.pictures, images: rows.length };
      };
      await writeFiles(root, files);
      for (const name of Object.keys(files)) await utimes(path.join(root, name), old, old);
      assert.deepEqual(await run(), { pictures: 30, images: 30 });
      // half of them go, the others change their names and labels
      await rm(path.join(root, 'roses'), { recursive: true });
      for (let i = 0; i < 30; i += 2) {
        await unlink(path.join(root, `tulips/${i}.jpg`));
        await writeFiles(root, { [`${i % 4 ? 'daisy' : 'lily'}/new ${i}.jpg`]: `image ${i}` });
      }
      assert.deepEqual(await run(), { pictures: 0, images: 15 });
      assert.equal(await rowsOnDisk(bottlenecks), 15);
      assert.deepEqual(await run(), { pictures: 0, images: 15 });
      const cache = await openCache(bottlenecks, tinyBackbone);
      assert.equal([...cache.fileMap.all()].length, 15);
    }));
});
