import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { CacheWriter, openCache, type BottleneckCache } from '../../../src/bottlenecks';
import {
  inFolder,
  onnx,
  rightContents,
  rowKey,
  sha256Of,
  store,
  tinyBackbone,
  valuesOf,
} from '../../support/bottleneckCache';

const contents = Array.from({ length: 12 }, (_, i) => `image ${i}`);

async function parts(root: string, folder = 'tiny/roses', extension = '.csv'): Promise<string[]> {
  const names = await readdir(path.join(root, 'v1', folder));
  return names.filter((name) => name.endsWith(extension));
}

async function append(cache: BottleneckCache, writer: CacheWriter, content: string): Promise<void> {
  const key = rowKey(content);
  await writer.append('roses', [key], Float32Array.from(valuesOf(content)));
  assert.ok(cache.has(key.sha256));
}

describe('many small parts', () => {
  it('of a label are merged, and every row of them stays', () =>
    inFolder(async (root) => {
      for (const content of contents) await store(root, [content]);
      assert.ok((await parts(root)).length < 8);
      assert.deepEqual(await parts(root, 'tiny/roses', '.lease'), []);
      assert.deepEqual(await rightContents(await openCache(root, tinyBackbone), contents), contents);
    }));

  it('are merged under a reader that has them open: it finds the rows where they are now', () =>
    inFolder(async (root) => {
      for (const content of contents.slice(0, 7)) await store(root, [content]);
      const reader = await openCache(root, tinyBackbone);
      await store(root, [contents[7] ?? '']);
      assert.equal((await parts(root)).length, 1);
      assert.deepEqual(await rightContents(reader, contents.slice(0, 7)), contents.slice(0, 7));
    }));

  it('leave out rows that are damaged, and take a key that stands twice once', () =>
    inFolder(async (root) => {
      for (let i = 0; i < 6; i++) await store(root, ['same', `other ${i}`]);
      const cache = await store(root, ['lost']);
      const { file } = cache.partOf(sha256Of('lost')) ?? { file: '' };
      const bytes = await readFile(file);
      bytes.writeUInt8((bytes[130] ?? 0) ^ 1, 130);
      await writeFile(file, bytes);
      const last = await store(root, ['last']);
      assert.equal((await parts(root)).length, 1);
      assert.equal(last.has(sha256Of('last')), true);
      const wanted = ['same', 'last', ...Array.from({ length: 6 }, (_, i) => `other ${i}`)];
      const merged = await openCache(root, tinyBackbone);
      assert.deepEqual(await rightContents(merged, [...wanted, 'lost']), wanted);
      const [name = ''] = await parts(root, 'tiny/roses', '.npy');
      assert.equal((await readFile(path.join(root, 'v1/tiny/roses', name))).length, 128 + wanted.length * 20);
    }));

  it('are left to another process that merges them, until that is no more', () =>
    inFolder(async (root) => {
      for (const content of contents.slice(0, 7)) await store(root, [content]);
      const file = path.join(root, 'v1/tiny/roses/compaction.lease');
      const leaseOf = (pid: number) => writeFile(file, JSON.stringify({ host: hostname(), pid }));
      await leaseOf(process.pid);
      await store(root, [contents[7] ?? '']);
      assert.equal((await parts(root)).length, 8);
      await leaseOf(spawnSync(process.execPath, ['--version']).pid);
      await store(root, ['last']);
      assert.equal((await parts(root)).length, 1);
    }));

  it('are left alone while a lease says that one is being written, and merged once it has expired', () =>
    inFolder(async (root) => {
      for (const content of contents.slice(0, 6)) await store(root, [content]);
      const cache = await openCache(root, tinyBackbone);
      const writer = new CacheWriter(cache, onnx);
      await append(cache, writer, 'held');
      await store(root, [contents[6] ?? '']);
      assert.equal((await parts(root)).length, 8);
      const [lease = ''] = await parts(root, 'tiny/roses', '.lease');
      const stated: unknown = JSON.parse(
        (await readFile(path.join(root, 'v1/tiny/roses', lease))).toString(),
      );
      assert.ok(
        typeof stated === 'object' &&
          stated !== null &&
          'pid' in stated &&
          'host' in stated &&
          'time' in stated,
      );
      assert.equal(stated.pid, process.pid);
      const old = new Date(Date.now() - 600_000);
      await utimes(path.join(root, 'v1/tiny/roses', lease), old, old);
      await store(root, [contents[7] ?? '']);
      assert.equal((await parts(root)).length, 1);
      // the writer was only slow: what it adds now may be lost, what it had stored is not, and nothing is wrong
      await append(cache, writer, 'late');
      await writer.close();
      const found = await rightContents(await openCache(root, tinyBackbone), [
        'held',
        'late',
        ...contents.slice(0, 8),
      ]);
      assert.deepEqual(
        found.filter((content) => content !== 'late'),
        ['held', ...contents.slice(0, 8)],
      );
    }));

  it('of another fingerprint or another runtime are not mixed', () =>
    inFolder(async (root) => {
      for (const content of contents.slice(0, 6)) await store(root, [content]);
      const cache = await openCache(root, tinyBackbone);
      const writer = new CacheWriter(cache, { id: 'tensorflow', version: '4' });
      await append(cache, writer, 'by another');
      await writer.close();
      const other = await openCache(root, { ...tinyBackbone, fingerprint: 'b'.repeat(64) });
      const otherWriter = new CacheWriter(other, onnx);
      await append(other, otherWriter, 'other');
      await otherWriter.close();
      assert.equal((await parts(root)).length, 8);
      assert.equal((await openCache(root, tinyBackbone)).has(sha256Of('other')), false);
    }));

  it('of the map from path to content are merged, the last line about a path counting', () =>
    inFolder(async (root) => {
      for (let i = 0; i < 9; i++) {
        const writer = new CacheWriter(await openCache(root, tinyBackbone), onnx);
        for (const path of ['same.jpg', `${i}.jpg`])
          writer.noteFile({
            path,
            size: i,
            mtimeNs: BigInt(i),
            sha256: sha256Of(String(i)),
            readAt: Date.now(),
          });
        await writer.close();
      }
      assert.ok((await parts(root, 'files')).length <= 2);
      const cache = await openCache(root, tinyBackbone);
      assert.equal(cache.contentOf('same.jpg', 8, 8n), sha256Of('8'));
      assert.equal(cache.contentOf('same.jpg', 7, 7n), undefined);
      for (let i = 0; i < 9; i++)
        assert.equal(cache.contentOf(`${i}.jpg`, i, BigInt(i)), sha256Of(String(i)));
    }));
});
