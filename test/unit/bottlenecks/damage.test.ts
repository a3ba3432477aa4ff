import assert from 'node:assert/strict';
import { cp, readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import {
  CacheWriter,
  checkRows,
  inspectPart,
  listCache,
  openCache,
  readPartRows,
} from '../../../src/bottlenecks';
import { RetrainError } from '../../../src/base';
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

const contents = ['one', 'two', 'three, "3"'];
const rowSize = tinyBackbone.dimension * 4;

interface Part {
  readonly root: string;
  readonly npy: string;
  readonly csv: string;
  readonly matrix: Buffer;
  readonly index: Buffer;
}

async function withPart(use: (part: Part) => Promise<void>): Promise<void> {
  await inFolder(async (root) => {
    await store(root, contents);
    const folder = path.join(root, 'v1', 'tiny', 'roses');
    const names = await readdir(folder);
    const [csv = '', npy = ''] = ['.csv', '.npy'].map((end) =>
      path.join(folder, names.find((name) => name.endsWith(end)) ?? ''),
    );
    await use({ root, npy, csv, matrix: await readFile(npy), index: await readFile(csv) });
  });
}

/** Which contents a reader is given; that each is right is checked on the way. */
async function readable(root: string): Promise<string[]> {
  return rightContents(await openCache(root, tinyBackbone), contents);
}

/** The inspector never says `right` of a row that is not, and never fails but with words. */
async function inspectAnyway({ npy, root }: Part): Promise<void> {
  await listCache(root);
  try {
    const { rows } = await inspectPart(npy);
    const values = await readPartRows(npy, 0, rows.length);
    assert.equal(values.length, rows.length);
    for (const { row, checksum, sha256 } of rows) {
      if (checksum !== 'right') continue;
      const content = contents.find((text) => sha256Of(text) === sha256);
      assert.ok(content !== undefined);
      assert.deepEqual([...(values[row]?.values ?? [])], valuesOf(content));
    }
  } catch (error) {
    if (!(error instanceof RetrainError)) throw error;
    assert.equal(error.code, 'CACHE_LAYOUT');
  }
}

describe('a part that was cut off', () => {
  it('at any byte of the matrix gives every row that is whole, and no other', () =>
    withPart(async (part) => {
      for (let size = part.matrix.length; size >= 0; size--) {
        await truncate(part.npy, size);
        const whole = Math.max(0, Math.floor((size - 128) / rowSize));
        assert.deepEqual(await readable(part.root), contents.slice(0, whole), `${size} bytes`);
        await inspectAnyway(part);
      }
    }));

  it('at any byte of the index gives every row whose line is whole, and no other', () =>
    withPart(async (part) => {
      for (let size = part.index.length; size >= 0; size--) {
        await truncate(part.csv, size);
        const lines = part.index.subarray(0, size).toString().split('\n').length - 1;
        assert.deepEqual(
          await readable(part.root),
          contents.slice(0, Math.max(0, lines - 2)),
          `${size} bytes`,
        );
        await inspectAnyway(part);
      }
    }));

  it('by a kill at any byte of a batch keeps all batches before it', () =>
    withPart(async (part) => {
      // what stands on disk while the third row is appended: part of its values; then part of its line; then a header
      const before = part.index.subarray(0, part.index.lastIndexOf(10, part.index.length - 2) + 1);
      const header = (rows: number) =>
        Buffer.from(part.matrix.toString('latin1').replace('(3,', `(${rows},`), 'latin1');
      const kept = contents.slice(0, 2);
      await writeFile(part.csv, before);
      for (let size = 128 + 2 * rowSize; size <= part.matrix.length; size++) {
        await writeFile(part.npy, header(2).subarray(0, size));
        assert.deepEqual(await readable(part.root), kept);
      }
      for (let size = before.length; size < part.index.length; size++) {
        await writeFile(part.csv, part.index.subarray(0, size));
        assert.deepEqual(await readable(part.root), kept);
      }
      await writeFile(part.csv, part.index);
      for (let size = 0; size <= 128; size++) {
        await writeFile(part.npy, Buffer.concat([part.matrix.subarray(0, size), header(2).subarray(size)]));
        assert.deepEqual(await readable(part.root), contents);
      }
    }));
});

describe('a part with a bit turned over', () => {
  it('in the matrix loses the row it is in, and no other', () =>
    withPart(async (part) => {
      for (let bit = 0; bit < part.matrix.length * 8; bit++) {
        const at = bit >> 3;
        const damaged = Buffer.from(part.matrix);
        damaged.writeUInt8((part.matrix[at] ?? 0) ^ (1 << (bit & 7)), at);
        await writeFile(part.npy, damaged);
        const row = at < 128 ? undefined : Math.floor((at - 128) / rowSize);
        assert.deepEqual(
          await readable(part.root),
          contents.filter((_, i) => i !== row),
          `bit ${bit}`,
        );
        if (bit % 8 === at % 8) await inspectAnyway(part);
      }
    })).timeout(120_000);

  it('in the index loses the line it is in and the row of it, in the first line all, and gives nothing wrong', () =>
    withPart(async (part) => {
      for (let bit = 0; bit < part.index.length * 8; bit++) {
        const at = bit >> 3;
        const damaged = Buffer.from(part.index);
        damaged.writeUInt8((part.index[at] ?? 0) ^ (1 << (bit & 7)), at);
        await writeFile(part.csv, damaged);
        const line = part.index.subarray(0, at).toString('latin1').split('\n').length - 1;
        const read = await readable(part.root);
        if (line === 0) assert.deepEqual(read, []);
        // a line end that is lost joins two lines
        else if (part.index[at] === 10) assert.ok(read.length >= 1);
        else
          assert.deepEqual(
            read,
            contents.filter((_, i) => i !== line - 2),
            `bit ${bit}`,
          );
        if (bit % 8 === at % 8) await inspectAnyway(part);
      }
    })).timeout(120_000);

  it('or overwritten anywhere with anything never gives wrong values and never fails', () =>
    withPart(async (part) => {
      await fc.assert(
        fc.asyncProperty(
          fc.boolean(),
          fc.nat(),
          fc.uint8Array({ minLength: 1, maxLength: 80 }),
          async (inMatrix, at, bytes) => {
            const [file, original] = inMatrix ? [part.npy, part.matrix] : [part.csv, part.index];
            const damaged = Buffer.from(original);
            damaged.set(bytes.subarray(0, damaged.length), at % Math.max(1, damaged.length - bytes.length));
            await writeFile(file, damaged);
            await readable(part.root);
            await inspectAnyway(part);
            await writeFile(file, original);
          },
        ),
        { numRuns: 300 },
      );
    })).timeout(120_000);
});

describe('backbone.json', () => {
  it('with any bit turned over costs nothing: values are read by the heads of their parts, and it is written again', () =>
    withPart(async ({ root }) => {
      const file = path.join(root, 'v1/tiny/backbone.json');
      const whole = await readFile(file);
      for (let at = 0; at < whole.length; at++) {
        const damaged = Buffer.from(whole);
        damaged.writeUInt8((whole[at] ?? 0) ^ (1 << (at % 8)), at);
        await writeFile(file, damaged);
        assert.deepEqual(await readable(root), contents);
        await listCache(root);
      }
      await store(root, ['four']);
      assert.deepEqual(await readFile(file), whole);
    })).timeout(60_000);
});

describe('a part of another backbone', () => {
  it('is not read, whatever folder it is put into', () =>
    inFolder(async (root) => {
      const other = { ...tinyBackbone, id: 'other', fingerprint: 'c'.repeat(64) };
      const writer = new CacheWriter(await openCache(root, other), onnx);
      await writer.append('roses', [rowKey('one')], Float32Array.from(valuesOf('two')));
      await writer.close();
      await store(root, ['two']);
      await cp(path.join(root, 'v1/other/roses'), path.join(root, 'v1/tiny/roses'), { recursive: true });
      assert.deepEqual(await readable(root), ['two']);
      const { otherParts, damaged, right } = await checkRows(root, tinyBackbone);
      assert.deepEqual([otherParts.length, damaged.length, right.size], [1, 0, 1]);
    }));
});
