import type { Epoch, Measures } from '../training';

/**
 * A TensorBoard event file with accuracy and cross-entropy of one side of a curve: TFRecords (length, its checksum,
 * data, its checksum) of `Event` messages (tensorflow/core/util/event.proto), the first naming the version.
 * @param time seconds since 1970, of every point: when each was measured is not kept
 */
export function eventFile(
  curve: readonly Epoch[],
  side: 'training' | 'validation',
  time: number,
): Uint8Array {
  const wallTime = doubleField(1, time);
  const records = [record(Buffer.concat([wallTime, bytesField(3, Buffer.from('brain.Event:2'))]))];
  for (const epoch of curve) {
    const measures = epoch[side];
    if (measures === null) continue;
    const summary = bytesField(5, summaryOf(measures));
    records.push(record(Buffer.concat([wallTime, varintField(2, epoch.epoch), summary])));
  }
  return Buffer.concat(records);
}

/** The tags of retrain.py's scalars. */
function summaryOf({ accuracy, crossEntropy }: Measures): Buffer {
  const value = (tag: string, number: number) =>
    bytesField(1, Buffer.concat([bytesField(1, Buffer.from(tag)), floatField(2, number)]));
  return Buffer.concat([value('accuracy', accuracy), value('cross_entropy', crossEntropy)]);
}

function record(data: Buffer): Buffer {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(data.length));
  return Buffer.concat([length, masked(length), data, masked(data)]);
}

/** A checksum as TFRecords store it: rotated and shifted, so that a checksum of checksums is none. */
function masked(data: Buffer): Buffer {
  const crc = crc32c(data);
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE((((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0);
  return bytes;
}

/** CRC-32C (Castagnoli), RFC 3720, appendix B.4. */
function crc32c(data: Buffer): number {
  let crc = ~0;
  for (const byte of data) crc = (crc >>> 8) ^ (castagnoli[(crc ^ byte) & 0xff] as number);
  return ~crc >>> 0;
}

const castagnoli = Int32Array.from({ length: 256 }, (_, byte) => {
  let rest = byte;
  for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? (rest >>> 1) ^ 0x82f63b78 : rest >>> 1;
  return rest;
});

// Fields of a protocol buffer: their number and wire type, then the value.

function varintField(field: number, value: number): Buffer {
  return Buffer.concat([varint(field * 8), varint(value)]);
}

function doubleField(field: number, value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return Buffer.concat([varint(field * 8 + 1), bytes]);
}

function bytesField(field: number, value: Buffer): Buffer {
  return Buffer.concat([varint(field * 8 + 2), varint(value.length), value]);
}

function floatField(field: number, value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return Buffer.concat([varint(field * 8 + 5), bytes]);
}

/** Seven bits a byte, the lowest first. */
function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 128) {
    bytes.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  return Buffer.from([...bytes, rest]);
}
