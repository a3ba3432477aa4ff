import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, open, readdir, readFile, rename, symlink, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { RetrainError } from '../../../src/base';
import { CacheWriter, inspectPart, listCache, openCache, readPartRows } from '../../../src/bottlenecks';
import { selfCheckedLine } from '../../../src/bottlenecks/csv';
import { npyHeader } from '../../../src/bottlenecks/npyHeader';
import { indexHead, indexLine } from '../../../src/bottlenecks/partIndex';
import {
  inFolder,
  onnx,
  rightContents,
  sha256Of,
  store,
  tinyBackbone,
  valuesOf,
  writeFiles,
} from '../../support/bottleneckCache';
import { skip } from '../../support/skip';

const head = {
  runtime: 'onnx',
  version: '1',
  dimension: 5,
  fingerprint: tinyBackbone.fingerprint,
  label: 'x',
};

async function link(target: string, file: string, context: Mocha.Context): Promise<void> {
  try {
    await symlink(target, file, 'dir');
  } catch {
    // Windows gives this right to administrators only
    context.skip();
  }
}

function unwritable(error: unknown): boolean {
  return error instanceof RetrainError && error.code === 'CACHE_UNWRITABLE';
}

async function appendOne(root: string): Promise<void> {
  await store(root, ['one']);
}

describe('a cache that means harm', () => {
  for (const place of ['', 'v1', 'v1/tiny', 'v1/tiny/roses'])
    it(`is not written through a symbolic link at .bottlenecks/${place}`, async function () {
      await inFolder(async (folder) => {
        const elsewhere = path.join(folder, 'elsewhere');
        await mkdir(elsewhere);
        const root = path.join(folder, '.bottlenecks');
        await mkdir(path.dirname(path.join(root, place)), { recursive: true });
        await link(elsewhere, path.join(root, place), this);
        await assert.rejects(appendOne(root), unwritable);
        const writer = new CacheWriter(await openCache(root, tinyBackbone), onnx);
        if (place === '' || place === 'v1') {
          writer.noteFile({ path: 'a', size: 1, mtimeNs: 1n, sha256: sha256Of('a'), readAt: Date.now() });
          await assert.rejects(writer.close(), unwritable);
        }
        assert.deepEqual(await readdir(elsewhere), []);
      });
    });

  it('is not read through a symbolic link that leads out of it', async function () {
    await inFolder(async (folder) => {
      const root = path.join(folder, '.bottlenecks');
      await store(root, ['one']);
      await rename(path.join(root, 'v1/tiny'), path.join(folder, 'outside'));
      await link(path.join(folder, 'outside'), path.join(root, 'v1/tiny'), this);
      assert.equal((await openCache(root, tinyBackbone)).has(sha256Of('one')), false);
      assert.deepEqual(await listCache(root), []);
    });
  });

  it('cannot have more memory taken than its files are large', () =>
    inFolder(async (root) => {
      const folder = path.join(root, 'v1/tiny/x');
      const lines = [0, 1, 2 ** 31, 9_999_999_999].map(
        (row) => indexLine(row, { sha256: sha256Of(String(row)), view: 0, path: 'x' }, Buffer.alloc(20)).text,
      );
      await writeFiles(folder, { 'p.csv': indexHead(head) + lines.join('') });
      await writeFile(path.join(folder, 'p.npy'), Buffer.concat([npyHeader(2 ** 40, 5), Buffer.alloc(25)]));
      const cache = await openCache(root, tinyBackbone);
      assert.deepEqual(
        [0, 1, 2 ** 31].map((row) => cache.has(sha256Of(String(row)))),
        [true, false, false],
      );
      assert.equal((await inspectPart(path.join(folder, 'p.npy'))).rows.length, 1);
      assert.equal((await readPartRows(path.join(folder, 'p.npy'), 0, 1e15)).length, 1);
      // large, but with nothing in it
      await truncate(path.join(folder, 'p.npy'), 2 ** 36);
      await assert.rejects(inspectPart(path.join(folder, 'p.npy')), { code: 'CACHE_LAYOUT' });
      await truncate(path.join(folder, 'p.csv'), 2 ** 36);
      assert.equal((await openCache(root, tinyBackbone)).has(sha256Of('0')), false);
    }));

  it('with values that are not numbers but a right checksum is not used', () =>
    inFolder(async (root) => {
      const bytes = Buffer.from(Float32Array.of(1, 2, NaN, 4, 5).buffer);
      await writeFiles(root, {
        'v1/tiny/x/p.csv':
          indexHead(head) + indexLine(0, { sha256: sha256Of('a'), view: 0, path: 'a' }, bytes).text,
      });
      await writeFile(path.join(root, 'v1/tiny/x/p.npy'), Buffer.concat([npyHeader(1, 5), bytes]));
      const cache = await openCache(root, tinyBackbone);
      assert.equal(cache.has(sha256Of('a')), true);
      assert.equal(await cache.read(sha256Of('a')), undefined);
      assert.equal(cache.has(sha256Of('a')), false);
    }));

  it('cannot name a path outside the dataset', () =>
    inFolder(async (root) => {
      const bytes = Buffer.from(Float32Array.from(valuesOf('a')).buffer);
      const outside = ['../a.jpg', '/etc/passwd', 'x/../../a', 'a\0b', ''];
      const index = outside.map(
        (name, row) => indexLine(row, { sha256: sha256Of('a'), view: 0, path: name }, bytes).text,
      );
      const files = outside.map((name) => selfCheckedLine([name, 1, 1, sha256Of('a')]));
      await writeFiles(root, {
        'v1/tiny/x/p.csv': indexHead(head) + index.join(''),
        'v1/files/f.csv': files.join(''),
      });
      await writeFile(
        path.join(root, 'v1/tiny/x/p.npy'),
        Buffer.concat([npyHeader(5, 5), ...outside.map(() => bytes)]),
      );
      assert.deepEqual(await listCache(root), []);
      const { rows } = await inspectPart(path.join(root, 'v1/tiny/x/p.npy'));
      assert.deepEqual(
        rows.map(({ checksum }) => checksum),
        outside.map(() => 'right'),
      );
      assert.deepEqual(
        rows.flatMap(({ paths, pathWhenComputed }) => [
          ...paths,
          ...(pathWhenComputed === undefined ? [] : [pathWhenComputed]),
        ]),
        [],
      );
      const cache = await openCache(root, tinyBackbone);
      for (const name of outside) assert.equal(cache.contentOf(name, 1, 1n), undefined);
    }));

  it('does not hang a reader on a FIFO or a folder in the place of a file', async function () {
    if (process.platform === 'win32') skip(this, 'Windows has no FIFO'); // no FIFO there
    await inFolder(async (root) => {
      await store(root, ['one']);
      const folder = path.join(root, 'v1/tiny/roses');
      execFileSync('mkfifo', [
        path.join(folder, 'f.csv'),
        path.join(folder, 'f.npy'),
        path.join(root, 'v1/files.csv'),
      ]);
      await mkdir(path.join(folder, 'g.npy'));
      await mkdir(path.join(folder, 'g.csv'));
      assert.deepEqual(await rightContents(await openCache(root, tinyBackbone), ['one']), ['one']);
      await assert.rejects(inspectPart(path.join(folder, 'f.npy')), { code: 'CACHE_LAYOUT' });
      await assert.rejects(inspectPart(path.join(folder, 'g.npy')), { code: 'CACHE_LAYOUT' });
    });
  });

  it('with a million lines is opened, its longest line passed over', () =>
    inFolder(async (root) => {
      await store(root, ['one']);
      const files = path.join(root, 'v1/files');
      await mkdir(files);
      const handle = await open(path.join(files, 'f.csv'), 'wx');
      try {
        const block = Array.from({ length: 20_000 }, (_, i) =>
          selfCheckedLine([`roses/${i}.jpg`, i, i, sha256Of('a')]),
        ).join('');
        for (let lines = 0; lines < 1_000_000; lines += 20_000) await handle.write(block);
        await handle.write(`${'x'.repeat(3_000_000)}\n`);
        await handle.write(selfCheckedLine(['roses/0.jpg', 7, 7, sha256Of('b')]));
      } finally {
        await handle.close();
      }
      const cache = await openCache(root, tinyBackbone);
      assert.equal(cache.contentOf('roses/19999.jpg', 19_999, 19_999n), sha256Of('a'));
      assert.equal(cache.contentOf('roses/0.jpg', 7, 7n), sha256Of('b'));
    })).timeout(60_000);

  it('gets no marker file overwritten', () =>
    inFolder(async (root) => {
      await writeFiles(root, { 'README.md': 'mine' });
      await store(root, ['one']);
      assert.equal((await readFile(path.join(root, 'README.md'))).toString(), 'mine');
      assert.equal((await readFile(path.join(root, '.gitignore'))).toString(), '*\n');
      assert.match(
        (await readFile(path.join(root, 'CACHEDIR.TAG'))).toString(),
        /^Signature: 8a477f597d28d172789f06886806bc55\n/,
      );
    }));
});
