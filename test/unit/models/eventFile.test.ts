import assert from 'node:assert/strict';
import fc from 'fast-check';
import { eventFile } from '../../../src/models';

/** CRC-32C bit by bit, from its definition. */
function crc32c(data: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of data)
    for (let bit = 0; bit < 8; bit++) {
      const carry = ((crc ^ (byte >> bit)) & 1) === 1;
      crc = (crc >>> 1) ^ (carry ? 0x82f63b78 : 0);
    }
  return (crc ^ 0xffffffff) >>> 0;
}

function masked(data: Buffer): number {
  const crc = BigInt(crc32c(data));
  return Number((((crc >> 15n) | (crc << 17n)) + 0xa282ead8n) & 0xffffffffn);
}

/** The data of each record, both checksums checked. */
function recordsOf(file: Buffer): Buffer[] {
  const records: Buffer[] = [];
  for (let at = 0; at < file.length;) {
    const length = Number(file.readBigUInt64LE(at));
    assert.equal(file.readUInt32LE(at + 8), masked(file.subarray(at, at + 8)));
    const data = file.subarray(at + 12, at + 12 + length);
    assert.equal(data.length, length);
    assert.equal(file.readUInt32LE(at + 12 + length), masked(data));
    records.push(data);
    at += 16 + length;
  }
  return records;
}

type Field = readonly [number, number | Buffer];

/** The fields of a protocol buffer. */
function fieldsOf(data: Buffer): Field[] {
  const fields: Field[] = [];
  let at = 0;
  const varint = (): number => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = data.readUInt8(at++);
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return Number(value);
    }
  };
  while (at < data.length) {
    const key = varint();
    const field = key >> 3;
    switch (key & 7) {
      case 0:
        fields.push([field, varint()]);
        break;
      case 1:
        fields.push([field, data.readDoubleLE(at)]);
        at += 8;
        break;
      case 2: {
        const length = varint();
        fields.push([field, data.subarray(at, at + length)]);
        at += length;
        break;
      }
      case 5:
        fields.push([field, data.readFloatLE(at)]);
        at += 4;
        break;
      default:
        assert.fail(`wire type ${key & 7}`);
    }
  }
  return fields;
}

function only(fields: readonly Field[], field: number): number | Buffer {
  const found = fields.filter(([number]) => number === field);
  assert.equal(found.length, 1, `field ${field}`);
  return found[0]?.[1] ?? NaN;
}

function bytesIn(fields: readonly Field[], field: number): Buffer {
  const value = only(fields, field);
  assert.ok(Buffer.isBuffer(value));
  return value;
}

function scalarsOf(record: Buffer): { step: number; time: number; scalars: Record<string, number> } {
  const event = fieldsOf(record);
  const scalars: Record<string, number> = {};
  for (const [field, value] of fieldsOf(bytesIn(event, 5))) {
    assert.equal(field, 1);
    assert.ok(Buffer.isBuffer(value));
    scalars[bytesIn(fieldsOf(value), 1).toString()] = only(fieldsOf(value), 2) as number;
  }
  return { step: only(event, 2) as number, time: only(event, 1) as number, scalars };
}

const measures = fc.record({
  accuracy: fc.float({ min: 0, max: 1, noNaN: true }),
  crossEntropy: fc.float({ min: 0, noNaN: true, noDefaultInfinity: true }),
});
const curves = fc
  .uniqueArray(fc.integer({ min: 0, max: 2 ** 31 }), { maxLength: 6 })
  .chain((steps) =>
    fc.tuple(
      ...[...steps]
        .sort((a, b) => a - b)
        .map((epoch) => fc.record({ epoch: fc.constant(epoch), training: measures, validation: measures })),
    ),
  );

describe('eventFile', () => {
  it('has the checksum that RFC 3720 gives for its example', () => {
    assert.equal(crc32c(Buffer.alloc(32)), 0x8a9136aa);
  });

  it('reads back as it was written, every checksum right', () => {
    fc.assert(
      fc.property(curves, fc.constantFrom('training', 'validation'), (curve, side) => {
        const [head, ...events] = recordsOf(Buffer.from(eventFile(curve, side, 1_800_000_000)));
        assert.ok(head);
        assert.equal(bytesIn(fieldsOf(head), 3).toString(), 'brain.Event:2');
        assert.deepEqual(
          events.map(scalarsOf),
          curve.map((epoch) => ({
            step: epoch.epoch,
            time: 1_800_000_000,
            scalars: { accuracy: epoch[side].accuracy, cross_entropy: epoch[side].crossEntropy },
          })),
        );
      }),
    );
  });

  it('leaves out what was not measured', () => {
    const score = { accuracy: 0.5, crossEntropy: 0.7 };
    const curve = [{ epoch: 0, training: score, validation: null }];
    assert.equal(recordsOf(Buffer.from(eventFile(curve, 'validation', 1))).length, 1);
    assert.equal(recordsOf(Buffer.from(eventFile(curve, 'training', 1))).length, 2);
  });
});
