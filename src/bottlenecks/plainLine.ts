import { crc32 } from './checksum';

/** Most lines: ASCII without quotes or escapes, so that its fields are what stands between the commas. */
export interface PlainLine {
  /** Where each field begins; each ends a byte before the next, the last before `comma`. */
  readonly starts: readonly number[];
  /** The comma before the checksum. */
  readonly comma: number;
  /** CRC-32 of the bytes before that. */
  readonly crc: number;
  readonly checksum: number;
}

/**
 * Takes apart a line of `fields` fields and a checksum without making a string of it, many times as fast as
 * `checksumLine`; undefined where it is not as plain as that, which says nothing of whether it is right.
 */
export function plainLine(line: Buffer, fields: number): PlainLine | undefined {
  const comma = line.length - 9;
  if (comma < 0 || line[comma] !== 0x2c) return undefined;
  const starts = [0];
  for (let i = 0; i < comma; i++) {
    const byte = line[i] as number;
    if (byte === 0x2c) starts.push(i + 1);
    else if (byte === 0x22 || byte === 0x5c || byte > 0x7e) return undefined;
  }
  const checksum = hexNumber(line, comma + 1, line.length);
  if (starts.length !== fields || checksum === undefined) return undefined;
  return { starts, comma, crc: crc32(line.subarray(0, comma)), checksum };
}

/** A whole number of 1 to 15 digits; undefined where anything else stands there. */
export function decimal(line: Buffer, start: number, end: number): number | undefined {
  if (end <= start || end - start > 15) return undefined;
  let value = 0;
  for (let i = start; i < end; i++) {
    const digit = (line[i] as number) - 0x30;
    if (digit < 0 || digit > 9) return undefined;
    value = value * 10 + digit;
  }
  return value;
}

/** By byte: the value of a hexadecimal digit, in lower case; -1 of anything else. */
const nibbles = Int8Array.from({ length: 256 }, (_, byte) =>
  '0123456789abcdef'.indexOf(String.fromCharCode(byte)),
);

function hexNumber(line: Buffer, start: number, end: number): number | undefined {
  let value = 0;
  for (let i = start; i < end; i++) {
    const digit = nibbles[line[i] as number] as number;
    if (digit < 0) return undefined;
    value = value * 16 + digit;
  }
  return value;
}

/** Writes the bytes of a sha256 in hexadecimal into `out`; false where none stands there. */
export function readSha256(line: Buffer, start: number, end: number, out: Uint8Array): boolean {
  if (end - start !== 64) return false;
  for (let i = 0, at = start; i < 32; i++, at += 2) {
    const high = nibbles[line[at] as number] as number;
    const low = nibbles[line[at + 1] as number] as number;
    if ((high | low) < 0) return false;
    out[i] = (high << 4) | low;
  }
  return true;
}
