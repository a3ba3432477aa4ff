import { crc32 } from './checksum';

/*
 * Comma-separated records as RFC 4180 has them, with one exception: a record is always one line of the file, so
 * that a torn or damaged line is lost alone. Control characters and lone surrogates are written as \n, \r or
 * \uXXXX, and the backslash itself as \\.
 */

const escaped = /[\\\p{Cc}\p{Cs}\u2028\u2029]/u;
const everyEscaped = new RegExp(escaped, 'gu');
const escapeSequence = /\\(?:([\\nr])|u([0-9a-f]{4})|)/g;

function escapeCharacter(character: string): string {
  if (character === '\\') return '\\\\';
  if (character === '\n') return '\\n';
  if (character === '\r') return '\\r';
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

function csvField(value: string | number | bigint): string {
  if (typeof value !== 'string') return String(value);
  const text = escaped.test(value) ? value.replace(everyEscaped, escapeCharacter) : value;
  return /[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function unescaped(text: string): string | undefined {
  if (!text.includes('\\')) return text;
  let valid = true;
  const result = text.replace(escapeSequence, (_, letter: string | undefined, hex: string | undefined) => {
    if (hex !== undefined) return String.fromCharCode(parseInt(hex, 16));
    if (letter === undefined) valid = false;
    return letter === 'n' ? '\n' : letter === 'r' ? '\r' : '\\';
  });
  return valid ? result : undefined;
}

/** One record as a line, without its line end. */
export function csvLine(fields: readonly (string | number | bigint)[]): string {
  return fields.map(csvField).join(',');
}

function quotedFields(line: string): string[] | undefined {
  const fields: string[] = [];
  for (let at = 0; ; at++) {
    if (line[at] === '"') {
      let text = '';
      for (at++; ; at += 2) {
        const end = line.indexOf('"', at);
        if (end < 0) return undefined;
        text += line.slice(at, end);
        at = end;
        if (line[end + 1] !== '"') break;
        text += '"';
      }
      fields.push(text);
      at++;
    } else {
      const comma = line.indexOf(',', at);
      const end = comma < 0 ? line.length : comma;
      fields.push(line.slice(at, end));
      at = end;
    }
    if (at >= line.length) return fields;
    if (line[at] !== ',') return undefined;
  }
}

/** The fields of a line (without its line end); undefined where it is no such record. */
export function csvFields(line: string): string[] | undefined {
  const raw = line.includes('"') ? quotedFields(line) : line.split(',');
  if (raw === undefined || !line.includes('\\')) return raw;
  const fields: string[] = [];
  for (const field of raw) {
    const text = unescaped(field);
    if (text === undefined) return undefined;
    fields.push(text);
  }
  return fields;
}

/** A checksum as it stands in a line: eight hexadecimal digits. */
export function checksumText(checksum: number): string {
  return checksum.toString(16).padStart(8, '0');
}

/** A line that ends in a checksum: its fields before that, the CRC of their bytes, and the checksum itself. */
export interface ChecksumLine {
  readonly fields: string[];
  readonly crc: number;
  readonly checksum: number;
}

/** Takes a line (without its line end) apart; whether the checksum is right is the caller's to judge. */
export function checksumLine(line: Buffer): ChecksumLine | undefined {
  const comma = line.length - 9;
  if (comma < 0 || line[comma] !== 0x2c) return undefined;
  const checksum = line.toString('latin1', comma + 1);
  if (!/^[0-9a-f]{8}$/.test(checksum)) return undefined;
  const fields = csvFields(line.toString('utf8', 0, comma));
  return fields && { fields, crc: crc32(line.subarray(0, comma)), checksum: parseInt(checksum, 16) };
}

/** A record as a line that ends in the CRC of its own bytes, with its line end. */
export function selfCheckedLine(fields: readonly (string | number | bigint)[]): string {
  const text = csvLine(fields);
  return `${text},${checksumText(crc32(Buffer.from(text)))}\n`;
}

/** The fields of a self-checked line (without its line end); undefined where it is damaged. */
export function selfCheckedFields(line: Buffer): string[] | undefined {
  const parsed = checksumLine(line);
  return parsed !== undefined && parsed.crc === parsed.checksum ? parsed.fields : undefined;
}
