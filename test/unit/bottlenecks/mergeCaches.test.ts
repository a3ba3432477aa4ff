import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { CacheWriter, mergeCache, openCache } from '../../../src/bottlenecks';
import {
  filesOf,
  inFolder,
  onnx,
  rightContents,
  rowKey,
  rowsOnDisk,
  sha256Of,
  store,
  tinyBackbone,
  valuesOf,
} from '../../support/bottleneckCache';

describe('merging caches', () => {
  it('takes what is right and not there yet, each once, under its label and with what the values are', () =>
    inFolder(async (folder) => {
      const [from, into] = [path.join(folder, 'a'), path.join(folder, 'b')];
      await store(from, ['one', 'two'], 'roses');
      await store(from, ['two', 'three'], 'tulips');
      await store(into, ['one'], 'lilies');
      assert.deepEqual(await mergeCache(from, into), [
        { id: 'tiny', taken: 2, present: 2, damaged: 0, unreadableParts: 0 },
      ]);
      assert.deepEqual(await mergeCache(from, into), [
        { id: 'tiny', taken: 0, present: 4, damaged: 0, unreadableParts: 0 },
      ]);
      assert.equal(await rowsOnDisk(into), 3);
      const all = ['one', 'two', 'three'];
      assert.deepEqual(await rightContents(await openCache(into, tinyBackbone), all), all);
      const labels = (await readdir(path.join(into, 'v1/tiny'))).sort();
      assert.deepEqual(labels, ['backbone.json', 'lilies', 'roses', 'tulips']);
      assert.deepEqual(await filesOf(into, '.lease'), []);
      // the source is as it was
      assert.equal(await rowsOnDisk(from), 4);
    }));

  it('makes a cache where there is none, and says what its values are', () =>
    inFolder(async (folder) => {
      const [from, into] = [path.join(folder, 'a'), path.join(folder, 'b')];
      await store(from, ['one']);
      await mergeCache(from, into);
      assert.deepEqual((await readdir(into)).sort(), ['.gitignore', 'CACHEDIR.TAG', 'README.md', 'v1']);
      const description = (root: string) => readFile(path.join(root, 'v1/tiny/backbone.json'), 'utf8');
      assert.equal(await description(into), await description(from));
    }));

  it('leaves damaged rows and parts that cannot be read, and puts a right row beside one that is damaged there', () =>
    inFolder(async (folder) => {
      const [from, into] = [path.join(folder, 'a'), path.join(folder, 'b')];
      await store(from, ['one', 'two', 'three']);
      await store(from, ['four'], 'tulips');
      await store(into, ['two']);
      const turn = async (file: string, at: number) => {
        const bytes = await readFile(file);
        bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
        await writeFile(file, bytes);
      };
      await turn((await filesOf(path.join(from, 'v1/tiny/roses'), '.npy'))[0] ?? '', 130);
      await turn((await filesOf(path.join(into, 'v1/tiny/roses'), '.npy'))[0] ?? '', 130);
      await rm((await filesOf(path.join(from, 'v1/tiny/tulips'), '.csv'))[0] ?? '');
      assert.deepEqual(await mergeCache(from, into), [
        { id: 'tiny', taken: 2, present: 0, damaged: 1, unreadableParts: 1 },
      ]);
      assert.deepEqual(
        await rightContents(await openCache(into, tinyBackbone), ['one', 'two', 'three', 'four']),
        ['two', 'three'],
      );
    }));

  it('keeps another fingerprint, another runtime and another view apart', () =>
    inFolder(async (folder) => {
      const [from, into] = [path.join(folder, 'a'), path.join(folder, 'b')];
      const older = { ...tinyBackbone, fingerprint: 'b'.repeat(64) };
      const writer = new CacheWriter(await openCache(from, older), { id: 'tensorflow', version: '4' });
      const key = rowKey('one');
      await writer.append(
        'roses',
        [{ ...key, view: 3 }, key],
        Float32Array.from([1, 2].flatMap(() => valuesOf('one'))),
      );
      await writer.close();
      await store(into, ['one']);
      const [merged] = await mergeCache(from, into);
      assert.equal(merged?.taken, 2);
      const cache = await openCache(into, older);
      assert.deepEqual(
        [cache.has(key.sha256), cache.has(key.sha256, 3), cache.has(key.sha256, 1)],
        [true, true, false],
      );
      const heads = await Promise.all(
        (await filesOf(path.join(into, 'v1/tiny'), '.csv')).map(async (file) =>
          (await readFile(file, 'utf8')).slice(0, 50),
        ),
      );
      assert.equal(heads.filter((head) => head.includes(',tensorflow,4,')).length, 1);
      assert.equal(heads.filter((head) => head.includes(`,${onnx.id},${onnx.version},`)).length, 1);
    }));

  it('copies no file that a link in the place of backbone.json leads to', async function () {
    await inFolder(async (folder) => {
      const [from, into] = [path.join(folder, 'a'), path.join(folder, 'b')];
      await store(from, ['one']);
      const description = path.join(from, 'v1/tiny/backbone.json');
      const secret = path.join(folder, 'secret');
      await writeFile(secret, await readFile(description));
      await rm(description);
      try {
        await symlink(secret, description);
      } catch {
        this.skip();
      }
      await mergeCache(from, into);
      assert.deepEqual(await readdir(path.join(into, 'v1/tiny')), ['roses']);
    });
  });

  it('of any caches in any order gives all that is right, nothing twice, and nothing wrong', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.array(
            fc.record({
              label: fc.constantFrom('roses', 'Roses', '../x'),
              contents: fc.uniqueArray(fc.nat({ max: 12 }), { minLength: 1, maxLength: 5 }),
            }),
            { maxLength: 4 },
          ),
          { minLength: 2, maxLength: 4 },
        ),
        fc.array(fc.nat(), { maxLength: 3 }),
        (caches, damages) =>
          inFolder(async (folder) => {
            const roots = caches.map((_, i) => path.join(folder, String(i)));
            const name = (content: number) => `image ${content}`;
            for (const [i, parts] of caches.entries()) {
              await mkdir(roots[i] ?? '');
              for (const { label, contents } of parts) await store(roots[i] ?? '', contents.map(name), label);
            }
            for (const at of damages) {
              const matrices = (await filesOf(folder, '.npy')).sort();
              const file = matrices[at % Math.max(1, matrices.length)];
              if (file === undefined) continue;
              const bytes = await readFile(file);
              const byte = 128 + (at % Math.max(1, bytes.length - 128));
              bytes.writeUInt8(bytes.readUInt8(byte) ^ 4, byte);
              await writeFile(file, bytes);
            }
            const all = Array.from({ length: 13 }, (_, i) => name(i));
            const right = new Set<string>();
            for (const root of roots)
              for (const content of await rightContents(await openCache(root, tinyBackbone), all))
                right.add(content);
            const [into = '', ...others] = roots;
            const before = await rowsOnDisk(into);
            let taken = 0;
            for (const from of others)
              for (const merged of await mergeCache(from, into)) taken += merged.taken;
            const cache = await openCache(into, tinyBackbone);
            assert.deepEqual(new Set(await rightContents(cache, all)), right);
            assert.ok((await rowsOnDisk(into)) <= before + taken);
            for (const from of others)
              for (const merged of await mergeCache(from, into)) assert.equal(merged.taken, 0);
            for (const content of right) assert.ok(cache.has(sha256Of(content)));
          }),
      ),
      { numRuns: 30 },
    )).timeout(60_000);
});
