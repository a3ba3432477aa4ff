import assert from 'node:assert/strict';
import { readdir, stat, unlink, utimes } from 'node:fs/promises';
import path from 'node:path';
import { mock } from 'node:test';
import { CacheWriter, listCache, openCache } from '../../../src/bottlenecks';
import { trustedTime } from '../../../src/bottlenecks/fileMap';
import {
  inFolder,
  onnx,
  rightContents,
  sha256Of,
  store,
  tinyBackbone,
  valuesOf,
} from '../../support/bottleneckCache';

async function append(writer: CacheWriter, label: string, content: string, view = 0): Promise<void> {
  const key = { sha256: sha256Of(content), view, path: `${content}.jpg` };
  await writer.append(label, [key], Float32Array.from(valuesOf(`${content}${view === 0 ? '' : view}`)));
}

describe('the cache', () => {
  it('keeps the views of an image apart', () =>
    inFolder(async (root) => {
      const writer = new CacheWriter(await openCache(root, tinyBackbone), onnx);
      for (const view of [0, 1, 12]) await append(writer, 'roses', 'a', view);
      await writer.close();
      const cache = await openCache(root, tinyBackbone);
      assert.deepEqual([...((await cache.read(sha256Of('a'))) ?? [])], valuesOf('a'));
      assert.deepEqual([...((await cache.read(sha256Of('a'), 12)) ?? [])], valuesOf('a12'));
      assert.deepEqual([cache.has(sha256Of('a'), 1), cache.has(sha256Of('a'), 2)], [true, false]);
    }));

  it('takes any label, and more labels in turn than files may be open', () =>
    inFolder(async (root) => {
      const labels = [
        'roses',
        'Roses',
        '../../x',
        '..',
        'con',
        'a/b',
        'a\\b',
        'e\u0301',
        '\u00e9',
        '__proto__',
        ' x ',
        'x\n,"',
        '',
      ];
      const cache = await openCache(root, tinyBackbone);
      const writer = new CacheWriter(cache, onnx);
      for (let turn = 0; turn < 3; turn++)
        for (const [i, label] of labels.entries()) await append(writer, label, `image ${turn} ${i}`);
      await writer.close();
      const contents = [0, 1, 2].flatMap((turn) => labels.map((_, i) => `image ${turn} ${i}`));
      assert.deepEqual(await rightContents(await openCache(root, tinyBackbone), contents), contents);
      const [listed] = await listCache(root);
      assert.deepEqual(
        listed?.labels.map(({ label, images }) => [label, images.length]),
        [...labels].sort().map((label) => [label, 3]),
      );
      assert.equal((await readdir(path.join(root, 'v1/tiny'))).length, labels.length + 1);
    }));

  it('gives many rows in the order asked for, each as often as it is asked for', () =>
    inFolder(async (root) => {
      await store(root, ['a', 'b', 'c'], 'roses');
      const cache = await store(root, ['d', 'e'], 'tulips');
      const asked = ['e', 'a', 'x', 'a', 'c', 'd'];
      const { values, missing } = await cache.readMany(
        asked.map((content) => ({ sha256: sha256Of(content) })),
      );
      assert.deepEqual(missing, [2]);
      assert.deepEqual(
        [...values],
        asked.flatMap((content) => (content === 'x' ? [0, 0, 0, 0, 0] : valuesOf(content))),
      );
    }));

  it('trusts a time only where the file was older than its reading by more than any clock is coarse', () => {
    const readAt = 1_700_000_000_000;
    const nanoseconds = (milliseconds: number) => BigInt(milliseconds) * 1_000_000n + 123n;
    assert.equal(trustedTime(nanoseconds(readAt - 2001), readAt), String(nanoseconds(readAt - 2001)));
    for (const later of [-2000, -1, 0, 1, 1e9])
      assert.equal(trustedTime(nanoseconds(readAt + later), readAt), '');
  });
});

describe('the lease of a part', () => {
  it('is renewed while the part is open, and once it is gone the writer turns to a new part', () =>
    inFolder(async (root) => {
      const { setInterval } = globalThis;
      // twenty seconds, made short
      const short = mock.method(globalThis, 'setInterval', (action: () => void) => setInterval(action, 10));
      try {
        const folder = path.join(root, 'v1/tiny/roses');
        const leases = async () => (await readdir(folder)).filter((name) => name.endsWith('.lease'));
        const writer = new CacheWriter(await openCache(root, tinyBackbone), onnx);
        await append(writer, 'roses', 'a');
        const [lease = ''] = await leases();
        const old = new Date('2020-01-01');
        await utimes(path.join(folder, lease), old, old);
        while ((await stat(path.join(folder, lease))).mtimeMs < Date.now() - 60_000) await pause();
        await unlink(path.join(folder, lease));
        for (let i = 0; (await leases()).length === 0; i++) {
          await pause();
          await append(writer, 'roses', `b${i}`);
        }
        await writer.close();
        assert.deepEqual(await leases(), []);
        const contents = ['a', 'b0'];
        assert.deepEqual(await rightContents(await openCache(root, tinyBackbone), contents), contents);
      } finally {
        short.mock.restore();
      }
    }));
});

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 5));
}
