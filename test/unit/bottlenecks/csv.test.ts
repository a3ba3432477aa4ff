import assert from 'node:assert/strict';
import zlib from 'node:zlib';
import fc from 'fast-check';
import { crc32, crc32ByTable } from '../../../src/bottlenecks/checksum';
import { csvFields, csvLine, selfCheckedFields, selfCheckedLine } from '../../../src/bottlenecks/csv';
import { skip } from '../../support/skip';

/** Any string, lone surrogates, quotes, commas and line ends among its characters. */
const anyText = fc.string({
  unit: fc.oneof(
    fc.constantFrom(
      '"',
      ',',
      '\n',
      '\r',
      '\\',
      ' ',
      'n',
      'u',
      '\u2028',
      '\0',
      'e\u0301',
      '猫',
      '\ud83d\ude00',
    ),
    fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)),
  ),
});

describe('a record of the cache', () => {
  it('comes back as it was written, through the bytes of a file', () => {
    fc.assert(
      fc.property(fc.array(anyText, { minLength: 1 }), (fields) => {
        const bytes = Buffer.from(csvLine(fields));
        assert.deepEqual(csvFields(bytes.toString('utf8')), fields);
      }),
      { numRuns: 2000 },
    );
  });

  it('is one line whatever its fields hold', () => {
    fc.assert(
      fc.property(fc.array(anyText, { minLength: 1 }), (fields) => {
        assert.ok(!/[\n\r\u2028\u2029]/.test(csvLine(fields)));
      }),
    );
  });

  it('quotes as RFC 4180 does', () => {
    assert.equal(csvLine(['a,b', 'say "x"', 3, 4n, '']), '"a,b","say ""x""",3,4,');
    assert.deepEqual(csvFields('"a,b","say ""x""",3,4,'), ['a,b', 'say "x"', '3', '4', '']);
    assert.deepEqual(csvFields('"",'), ['', '']);
  });

  it('is refused where a quote or an escape is not whole', () => {
    for (const line of ['"a', '"a"b', 'a,"b', 'a\\', 'a\\q', 'a\\u12', '"'])
      assert.equal(csvFields(line), undefined, line);
  });

  it('with a checksum of its own is refused after any single bit has changed', () => {
    fc.assert(
      fc.property(fc.array(anyText, { minLength: 1 }), fc.nat(), (fields, at) => {
        const line = Buffer.from(selfCheckedLine(fields)).subarray(0, -1);
        assert.deepEqual(selfCheckedFields(line), fields);
        const bit = at % (line.length * 8);
        line.writeUInt8((line[bit >> 3] ?? 0) ^ (1 << (bit & 7)), bit >> 3);
        assert.equal(selfCheckedFields(line), undefined);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('the checksum', () => {
  it('is CRC-32: its check value is cbf43926', () => {
    assert.equal(crc32(Buffer.from('123456789')), 0xcbf43926);
    assert.equal(crc32ByTable(Buffer.from('123456789')), 0xcbf43926);
  });

  it('is the same by table as by zlib, whole or continued', function () {
    // Node before 20.15 has the table only
    if (typeof zlib.crc32 !== 'function') skip(this, 'this Node has no zlib.crc32');
    fc.assert(
      fc.property(fc.uint8Array(), fc.uint8Array(), (a, b) => {
        assert.equal(crc32ByTable(b, crc32ByTable(a)), zlib.crc32(Buffer.concat([a, b])));
      }),
    );
  });
});
