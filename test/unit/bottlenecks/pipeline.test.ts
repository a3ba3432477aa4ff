import assert from 'node:assert/strict';
import { copyFile, mkdir, readFile, rename, rm, stat, unlink, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { RetrainError } from '../../../src/base';
import {
  computeBottlenecks,
  openCache,
  readBottlenecks,
  type BottleneckOptions,
  type BottleneckProgress,
  type BottleneckSource,
} from '../../../src/bottlenecks';
import { directReader, readImage } from '../../../src/images';
import {
  decodeTiny,
  inFolder,
  sha256Of,
  sourceOf,
  TinyRuntime,
  tinyBackbone,
  valuesOf,
  writeFiles,
} from '../../support/bottleneckCache';

const old = new Date('2020-01-02T03:04:05Z');

/** A dataset of old files: their times are to be trusted. */
async function dataset(root: string, files: Readonly<Record<string, string>>): Promise<void> {
  await writeFiles(root, files);
  for (const name of Object.keys(files)) await utimes(path.join(root, name), old, old);
}

/** Opens the cache, scans and computes, as a new process would; says how many pictures were computed and read. */
async function run(root: string, changes: Partial<BottleneckSource> = {}, options: BottleneckOptions = {}) {
  const runtime = new TinyRuntime();
  let reads = 0;
  const counted: typeof readImage = (...file) => {
    reads++;
    return readImage(...file);
  };
  const given = await sourceOf(root, { runtime, reader: directReader(counted, decodeTiny), ...changes });
  const result = await readBottlenecks(given, undefined, options);
  for (const [i, { image }] of result.rows.entries()) {
    const content = (await readFile(path.join(root, image.path))).toString();
    assert.deepEqual([...result.values.subarray(i * 5, (i + 1) * 5)], valuesOf(content), image.path);
  }
  return { ...result, pictures: runtime.pictures, reads };
}

const flowers = { 'roses/1.jpg': 'r1', 'roses/2.jpg': 'r2', 'tulips/a/1.jpg': 't1', 'tulips/2.jpg': 't2' };

/** `count` images of two classes. */
function many(count: number): Record<string, string> {
  const labels = ['roses', 'tulips'];
  return Object.fromEntries(
    Array.from({ length: count }, (_, i) => [`${labels[i % 2]}/${i}.jpg`, `image ${i}`]),
  );
}

describe('computing bottleneck values', () => {
  it('gives each image its own, by label and path, and computes and reads nothing the second time', () =>
    inFolder(async (root) => {
      await dataset(root, flowers);
      const first = await run(root);
      assert.deepEqual(
        first.rows.map(({ image, sha256 }) => [image.path, sha256]),
        [
          ['roses/1.jpg', sha256Of('r1')],
          ['roses/2.jpg', sha256Of('r2')],
          ['tulips/2.jpg', sha256Of('t2')],
          ['tulips/a/1.jpg', sha256Of('t1')],
        ],
      );
      assert.deepEqual([first.cached, first.computed, first.pictures], [0, 4, 4]);
      const second = await run(root);
      assert.deepEqual([second.cached, second.computed, second.pictures, second.reads], [4, 0, 0, 0]);
    }));

  it('computes nothing for an image that was renamed, touched, copied, moved or given another label', () =>
    inFolder(async (root) => {
      await dataset(root, flowers);
      await run(root);
      await rename(path.join(root, 'roses/1.jpg'), path.join(root, 'roses/nfd e\u0301 猫, "x"\u00e9.jpg'));
      await utimes(path.join(root, 'roses/2.jpg'), new Date('2021-01-01'), new Date('2021-01-01'));
      await copyFile(path.join(root, 'tulips/2.jpg'), path.join(root, 'tulips/3.jpg'));
      await mkdir(path.join(root, 'Lilies'));
      await rename(path.join(root, 'tulips/a/1.jpg'), path.join(root, 'Lilies/1.jpg'));
      const after = await run(root);
      assert.deepEqual([after.rows.length, after.cached, after.computed, after.pictures], [5, 5, 0, 0]);
      assert.deepEqual(
        [...new Set(after.rows.map(({ image }) => image.label))],
        ['Lilies', 'roses', 'tulips'],
      );
      assert.equal((await run(root)).computed, 0);
      await rename(path.join(root, 'roses'), path.join(root, 'Roses '));
      assert.equal((await run(root)).computed, 0);
    }));

  it('notices a change that keeps size and time, if it came in the moment the file was read', () =>
    inFolder(async (root) => {
      await dataset(root, flowers);
      const file = path.join(root, 'roses/1.jpg');
      const now = new Date();
      await utimes(file, now, now);
      await run(root);
      await writeFile(file, 'R1');
      await utimes(file, now, now);
      const after = await run(root);
      assert.deepEqual([after.computed, after.rows[0]?.sha256], [1, sha256Of('R1')]);
      // nor is a time in the future ever trusted
      const later = new Date(Date.now() + 1e9);
      await utimes(file, later, later);
      await run(root);
      await writeFile(file, 'r9');
      await utimes(file, later, later);
      assert.equal((await run(root)).rows[0]?.sha256, sha256Of('r9'));
    }));

  it('notices a changed image by its time or its size', () =>
    inFolder(async (root) => {
      await dataset(root, flowers);
      await run(root);
      await dataset(root, { 'roses/1.jpg': 'longer' });
      await writeFile(path.join(root, 'roses/2.jpg'), 'R2');
      const after = await run(root);
      assert.deepEqual(
        [after.computed, after.rows[0]?.sha256, after.rows[1]?.sha256],
        [2, sha256Of('longer'), sha256Of('R2')],
      );
    }));

  it('computes identical files once, and names those under two labels', () =>
    inFolder(async (root) => {
      await dataset(root, { ...flowers, 'roses/twin.jpg': 't1', 'roses/own.jpg': 'r1' });
      const { duplicates, computed, cached, pictures } = await run(root);
      assert.deepEqual(duplicates, [['roses/twin.jpg', 'tulips/a/1.jpg']]);
      assert.deepEqual([computed, cached, pictures], [4, 2, 4]);
      assert.deepEqual((await run(root)).duplicates, duplicates);
    }));

  it('names groups of identical files by their first, each once, and none that stand under one label', () =>
    inFolder(async (root) => {
      await dataset(root, {
        'a/1.jpg': 'x',
        'a/2.jpg': 'y',
        'a/3.jpg': 'one label',
        'a/4.jpg': 'one label',
        'b/1.jpg': 'y',
        'b/2.jpg': 'x',
        'c/1.jpg': 'x',
      });
      const { duplicates, rows } = await run(root);
      assert.deepEqual(duplicates, [
        ['a/1.jpg', 'b/2.jpg', 'c/1.jpg'],
        ['a/2.jpg', 'b/1.jpg'],
      ]);
      assert.equal(rows.length, 7);
    }));

  it('computes identical files once, however many others come between them', () =>
    inFolder(async (root) => {
      const names = Array.from(
        { length: 2600 },
        (_, i) => `${i < 1300 ? 'roses' : 'tulips'}/${String(i).padStart(4, '0')}.jpg`,
      );
      const content = (i: number) => (i % 1300 === 7 ? 'damaged' : `image ${i % 1300}`);
      await dataset(root, Object.fromEntries(names.map((name, i) => [name, content(i)])));
      const { rows, skipped, computed, pictures } = await run(root);
      assert.deepEqual([rows.length, computed, pictures], [2598, 1299, 1299]);
      assert.deepEqual(
        skipped.map(({ path }) => path),
        ['roses/0007.jpg', 'tulips/1307.jpg'],
      );
    }));

  it('skips a file that cannot be read now, whatever stood there before', () =>
    inFolder(async (root) => {
      await dataset(root, flowers);
      await run(root);
      await utimes(path.join(root, 'roses/1.jpg'), new Date('2021-01-01'), new Date('2021-01-01'));
      const given = await sourceOf(root);
      await unlink(path.join(root, 'roses/1.jpg'));
      const { rows, skipped } = await computeBottlenecks(given);
      assert.equal(rows.length, 3);
      assert.deepEqual(
        skipped.map(({ path, code }) => [path, code]),
        [['roses/1.jpg', 'FILE_MISSING']],
      );
    }));

  it('skips what cannot be read, each by its own name and reason, and goes on', () =>
    inFolder(async (root) => {
      await dataset(root, {
        ...flowers,
        'roses/bad.jpg': 'damaged',
        'tulips/bad.jpg': 'damaged',
        'tulips/gone.jpg': 'x',
      });
      const given = await sourceOf(root);
      await unlink(path.join(root, 'tulips/gone.jpg'));
      const { rows, skipped } = await computeBottlenecks({
        ...given,
        reader: directReader(readImage, (bytes, ...rest) => {
          if (Buffer.from(bytes).equals(Buffer.from('r2'))) throw new TypeError('a decoder of another kind');
          return decodeTiny(bytes, ...rest);
        }),
      });
      assert.equal(rows.length, 3);
      assert.deepEqual(
        skipped.map(({ path, code, message }) => [path, code, message]),
        [
          [
            'roses/2.jpg',
            'IMAGE_DAMAGED',
            'roses/2.jpg is damaged (a decoder of another kind); restore it or save it anew.',
          ],
          [
            'roses/bad.jpg',
            'IMAGE_DAMAGED',
            'roses/bad.jpg is damaged (so it says); restore it or save it anew.',
          ],
          [
            'tulips/bad.jpg',
            'IMAGE_DAMAGED',
            'tulips/bad.jpg is damaged (so it says); restore it or save it anew.',
          ],
          [
            'tulips/gone.jpg',
            'FILE_MISSING',
            'tulips/gone.jpg is not there; check its name, or whether it was deleted.',
          ],
        ],
      );
    }));

  it('reads a file again that changed while it was read, and skips one that does not stop changing', () =>
    inFolder(async (root) => {
      await dataset(root, flowers);
      const changes = { once: 0, always: 0 };
      const given = await sourceOf(root, {
        reader: directReader(async (file, shown) => {
          const bytes = await readImage(file, shown);
          if (shown === 'roses/1.jpg' && changes.once++ === 0) await writeFile(file, 'changed');
          if (shown === 'roses/2.jpg') await writeFile(file, 'x'.repeat(10 + changes.always++));
          return bytes;
        }, decodeTiny),
      });
      const { rows, skipped } = await computeBottlenecks(given);
      assert.equal(rows[0]?.sha256, sha256Of('changed'));
      assert.deepEqual(
        skipped.map(({ path, code }) => [path, code]),
        [['roses/2.jpg', 'FILE_CHANGED']],
      );
    }));

  it('stores no values that are not finite', () =>
    inFolder(async (root) => {
      await dataset(root, flowers);
      const runtime = new TinyRuntime();
      const given = await sourceOf(root, {
        runtime: {
          ...runtime,
          run: async (input, n) => {
            const values = await runtime.run(input, n);
            values[6] = NaN;
            values[n * 5 - 1] = Infinity;
            return values;
          },
        },
      });
      const { rows, skipped } = await computeBottlenecks(given);
      assert.deepEqual(
        rows.map(({ image }) => image.path),
        ['roses/1.jpg', 'tulips/2.jpg'],
      );
      assert.deepEqual(
        skipped.map(({ path, code }) => [path, code]),
        [
          ['roses/2.jpg', 'VALUES_NOT_FINITE'],
          ['tulips/a/1.jpg', 'VALUES_NOT_FINITE'],
        ],
      );
      assert.equal((await run(root)).computed, 2);
    }));

  it('keeps what was computed before it was cancelled', () =>
    inFolder(async (root) => {
      await dataset(root, many(80));
      const controller = new AbortController();
      const runtime = new TinyRuntime();
      const given = await sourceOf(root, {
        runtime: {
          ...runtime,
          run: (input, n) => {
            if (runtime.pictures >= 32) controller.abort();
            return runtime.run(input, n);
          },
        },
      });
      await assert.rejects(computeBottlenecks(given, { signal: controller.signal }), { name: 'AbortError' });
      const after = await run(root);
      assert.equal(after.cached + after.computed, 80);
      assert.ok(after.cached >= 32 && after.cached < 80, String(after.cached));
      await assert.rejects(run(root, {}, { signal: AbortSignal.abort() }), { name: 'AbortError' });
    }));

  it('keeps what was computed before the runtime failed, and says what the runtime said', () =>
    inFolder(async (root) => {
      await dataset(root, many(40));
      const runtime = new TinyRuntime();
      const failing = {
        ...runtime,
        run: (input: Uint8Array, n: number) =>
          runtime.pictures >= 32 ? Promise.reject(new Error('out of memory')) : runtime.run(input, n),
      };
      await assert.rejects(run(root, { runtime: failing }), /out of memory/);
      assert.equal((await run(root)).cached, 32);
    }));

  it('computes again what turns out damaged when it is read', () =>
    inFolder(async (root) => {
      await dataset(root, flowers);
      await run(root);
      const { cache, images } = await sourceOf(root);
      assert.equal(images.length, 4);
      const { file, row } = cache.partOf(sha256Of('r2')) ?? { file: '', row: 0 };
      const bytes = await readFile(file);
      bytes.writeUInt8((bytes[130 + 20 * row] ?? 0) ^ 1, 130 + 20 * row);
      await writeFile(file, bytes);
      const after = await run(root);
      assert.deepEqual([after.computed, after.cached, after.pictures], [1, 3, 1]);
      assert.equal((await run(root)).computed, 0);
    }));

  it('does not use what another version of the backbone computed, and leaves it alone', () =>
    inFolder(async (root) => {
      await dataset(root, flowers);
      await run(root);
      const other = { ...tinyBackbone, fingerprint: 'b'.repeat(64) };
      const folder = path.join(root, '.bottlenecks');
      assert.equal((await run(root, { cache: await openCache(folder, other) })).computed, 4);
      const written: unknown = JSON.parse(
        (await readFile(path.join(folder, 'v1/tiny/backbone.json'))).toString(),
      );
      assert.ok(typeof written === 'object' && written !== null && 'fingerprint' in written);
      assert.equal(written.fingerprint, other.fingerprint);
      assert.equal((await run(root, { cache: await openCache(folder, other) })).computed, 0);
      assert.equal((await run(root)).computed, 0);
    }));

  it('says where the cache cannot be written', () =>
    inFolder(async (root) => {
      await dataset(root, flowers);
      await writeFile(path.join(root, '.bottlenecks'), 'a file in its place');
      await assert.rejects(
        run(root),
        (error) => error instanceof RetrainError && error.code === 'CACHE_UNWRITABLE',
      );
      await rm(path.join(root, '.bottlenecks'));
    }));

  it('writes nothing where everything is there', () =>
    inFolder(async (root) => {
      await dataset(root, flowers);
      await run(root);
      const folder = path.join(root, '.bottlenecks/v1');
      const times = async () =>
        Promise.all(
          ['files', 'tiny', 'tiny/roses'].map(async (name) => (await stat(path.join(folder, name))).mtimeMs),
        );
      const before = await times();
      await run(root);
      assert.deepEqual(await times(), before);
    }));

  it('reports how far it is, the last time when all is done', () =>
    inFolder(async (root) => {
      await dataset(root, { ...flowers, 'roses/bad.jpg': 'damaged' });
      const reports: BottleneckProgress[] = [];
      await run(root, {}, { report: (progress) => reports.push(progress) });
      const last = reports.at(-1);
      assert.deepEqual(
        [last?.done, last?.of, last?.cached, last?.computed, last?.secondsLeft],
        [5, 5, 0, 4, 0],
      );
      assert.ok(reports.every(({ done }, i) => done >= (reports[i - 1]?.done ?? 0)));
    }));
});
