import assert from 'node:assert/strict';
import fc from 'fast-check';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { contentKey, ContentSet, sha256OfKey } from '../../../src/bottlenecks/content';
import { checksumLine, csvLine, checksumText, selfCheckedLine } from '../../../src/bottlenecks/csv';
import { crc32 } from '../../../src/bottlenecks/checksum';
import { FileMap, type FileLine } from '../../../src/bottlenecks/fileMap';
import { KeyTable } from '../../../src/bottlenecks/keyTable';
import { Places } from '../../../src/bottlenecks/places';
import { decimal, plainLine, readSha256 } from '../../../src/bottlenecks/plainLine';
import { inFolder, sha256Of } from '../../support/bottleneckCache';

describe('a table of keys', () => {
  it('numbers keys as they come, each once, and finds no other', () => {
    const key = fc.uint8Array({ maxLength: 4 });
    fc.assert(
      fc.property(fc.array(key, { maxLength: 400 }), fc.array(key), (keys, others) => {
        const table = new KeyTable();
        const model = new Map<string, number>();
        for (const one of keys) {
          const text = one.join();
          const number = model.get(text) ?? model.size;
          model.set(text, number);
          assert.equal(table.add(one), number);
          assert.deepEqual([...table.keyOf(number)], [...one]);
        }
        assert.equal(table.size, model.size);
        for (const one of [...keys, ...others]) assert.equal(table.find(one), model.get(one.join()));
      }),
    );
  });

  it('holds very many', () => {
    const table = new KeyTable();
    const keyOf = (i: number) => contentKey(sha256Of(String(i)), i % 3);
    for (let i = 0; i < 20_000; i++) assert.equal(table.add(keyOf(i)), i);
    for (let i = 0; i < 20_000; i += 7) assert.equal(table.find(keyOf(i)), i);
    assert.equal(table.find(keyOf(20_001)), undefined);
  });
});

describe('a set of contents', () => {
  it('is a set', () => {
    const content = fc.nat(30).map((n) => sha256Of(String(n)));
    fc.assert(
      fc.property(fc.array(content, { maxLength: 60 }), fc.array(content), (contents, others) => {
        const set = new ContentSet();
        for (const one of contents) set.add(one);
        const model = new Set(contents);
        assert.equal(set.size, model.size);
        for (const one of [...contents, ...others]) assert.equal(set.has(one), model.has(one));
      }),
    );
  });

  it('has keys that tell the sha256, of whatever view', () => {
    for (const view of [0, 1, 2 ** 32 - 1])
      assert.equal(sha256OfKey(contentKey(sha256Of('x'), view)), sha256Of('x'));
  });
});

describe('the places of contents', () => {
  it('are asked from the newest to the oldest, as each is forgotten', () => {
    const places = new Places();
    const row = (n: number) => ({ row: n, crc: n * 3, checksum: 2 ** 32 - 1 - n });
    places.add(0, 'a.npy', row(1));
    places.add(5, 'a.npy', row(2));
    places.add(0, 'b.npy', row(7));
    const first = places.of(0);
    assert.deepEqual(first, { content: 0, file: 'b.npy', ...row(7) });
    places.forget(first);
    places.forget(first);
    const second = places.of(0);
    assert.deepEqual(second, { content: 0, file: 'a.npy', ...row(1) });
    places.forget(second);
    assert.equal(places.of(0), undefined);
    assert.deepEqual(
      [0, 5, 99].map((content) => places.has(content)),
      [false, true, false],
    );
    assert.deepEqual(places.of(5), { content: 5, file: 'a.npy', ...row(2) });
    assert.equal(places.of(99), undefined);
  });
});

const pathText = fc
  .oneof(
    fc.stringMatching(/^[ -~]{1,12}$/),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }),
    fc.string({ unit: fc.constantFrom('\ud800', '\xff', 'é', '"', '\\', ',', 'a'), minLength: 1 }),
  )
  .filter((text) => !text.startsWith('/') && !text.includes('\0') && !text.split('/').includes('..'));
const fileLine = fc.record(
  {
    path: pathText,
    size: fc.nat({ max: 2 ** 45 }),
    mtime: fc.oneof(fc.constant(''), fc.bigInt({ min: -(2n ** 62n), max: 2n ** 62n }).map(String)),
    sha256: fc.integer().map((n) => sha256Of(String(n))),
  },
  { noNullPrototype: true },
);

describe('the map of files', () => {
  it('is a map: the last line about a path counts, read from disk or set', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fileLine, { maxLength: 40 }), fc.nat(40), (lines, onDisk) =>
        inFolder(async (root) => {
          const folder = path.join(root, 'v1', 'files');
          await mkdir(folder, { recursive: true });
          const text = lines
            .slice(0, onDisk)
            .map(({ path, size, mtime, sha256 }) => selfCheckedLine([path, size, mtime, sha256]));
          await writeFile(path.join(folder, 'a.csv'), `path,size,mtime,sha256,crc\n${text.join('')}`);
          const map = await FileMap.load(root);
          for (const line of lines.slice(onDisk)) map.set(line);
          const model = new Map<string, FileLine>(lines.map((line) => [line.path, line]));
          assert.deepEqual(new Map([...map.all()].map((line) => [line.path, line])), model);
          for (const line of lines) {
            const last = model.get(line.path);
            assert.deepEqual(map.get(line.path), last);
            const known = line.mtime === '' ? 5n : BigInt(line.mtime);
            const same = last?.size === line.size && last.mtime !== '' && last.mtime === String(known);
            assert.equal(map.contentOf(line.path, line.size, known), same ? last.sha256 : undefined);
          }
          assert.equal(map.get('no such path'), undefined);
        }),
      ),
      { numRuns: 60 },
    );
  });
});

describe('a plain line', () => {
  it('is read as any line is', () => {
    const field = fc.stringMatching(/^[ -~]{0,9}$/);
    fc.assert(
      fc.property(fc.array(field, { minLength: 1, maxLength: 5 }), fc.nat(2 ** 31), (fields, checksum) => {
        const text = csvLine(fields);
        const line = Buffer.from(`${text},${checksumText(checksum)}`);
        const plain = plainLine(line, fields.length);
        if (/["\\]/.test(text)) return assert.equal(plain, undefined);
        const ends = plain?.starts.map((_, i) => (plain.starts[i + 1] ?? plain.comma + 1) - 1) ?? [];
        assert.deepEqual(
          plain?.starts.map((start, i) => line.toString('latin1', start, ends[i])),
          checksumLine(line)?.fields,
        );
        assert.deepEqual([plain?.crc, plain?.checksum], [crc32(Buffer.from(text)), checksum]);
      }),
    );
  });

  it('is no other line, and answers for any bytes', () => {
    const line = (text: string) => plainLine(Buffer.from(text, 'latin1'), 2);
    assert.ok(line('a,b,00000000'));
    for (const other of [
      'a,b,0000000',
      'a,b,0000000G',
      'a,b,c,00000000',
      'é,b,00000000',
      '"a",b,00000000',
      '',
    ])
      assert.equal(line(other), undefined, other);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.nat(3), (bytes, fields) => {
        const plain = plainLine(Buffer.from(bytes), fields);
        assert.ok(plain === undefined || plain.starts.length === fields);
      }),
    );
  });

  it('has numbers and sha256 read from its bytes', () => {
    const number = (text: string) => decimal(Buffer.from(text), 0, text.length);
    assert.deepEqual(['0', '42', '999999999999999'].map(number), [0, 42, 999_999_999_999_999]);
    for (const other of ['', '-1', '1a', '1234567890123456']) assert.equal(number(other), undefined);
    const out = new Uint8Array(32);
    const digest = sha256Of('x');
    assert.ok(readSha256(Buffer.from(digest), 0, 64, out));
    assert.equal(Buffer.from(out).toString('hex'), digest);
    for (const other of [digest.toUpperCase(), digest.slice(1), `g${digest.slice(1)}`])
      assert.ok(!readSha256(Buffer.from(other), 0, other.length, out));
  });
});
