import { withRoom } from './keyTable';
import type { CheckedRow } from './rows';

/** Where a content's values stand. */
export interface Place extends CheckedRow {
  /** The content's number in its `KeyTable`. */
  readonly content: number;
  readonly file: string;
}

/**
 * Where the values of each content stand, packed into some 25 bytes. The same content may stand in several places: the
 * one added last is asked first, the one before it when that one is forgotten.
 */
export class Places {
  private readonly files: string[] = [];
  /** By content: its last place plus one; 0 where it has none. */
  private last = new Uint32Array(16);
  private count = 0;
  private file = new Uint32Array(16);
  private row = new Uint32Array(16);
  private crc = new Uint32Array(16);
  private checksum = new Uint32Array(16);
  /** The place before it of the same content, plus one. */
  private previous = new Uint32Array(16);

  has(content: number): boolean {
    return (this.last[content] ?? 0) > 0;
  }

  of(content: number): Place | undefined {
    const place = (this.last[content] ?? 0) - 1;
    if (place < 0) return undefined;
    return {
      content,
      file: this.files[this.file[place] ?? 0] ?? '',
      row: this.row[place] ?? 0,
      crc: this.crc[place] ?? 0,
      checksum: this.checksum[place] ?? 0,
    };
  }

  add(content: number, file: string, { row, crc, checksum }: CheckedRow): void {
    // rows come part by part
    if (this.files.at(-1) !== file) this.files.push(file);
    const place = this.count++;
    this.last = withRoom(this.last, content + 1);
    this.file = withRoom(this.file, this.count);
    this.row = withRoom(this.row, this.count);
    this.crc = withRoom(this.crc, this.count);
    this.checksum = withRoom(this.checksum, this.count);
    this.previous = withRoom(this.previous, this.count);
    this.file[place] = this.files.length - 1;
    this.row[place] = row;
    this.crc[place] = crc;
    this.checksum[place] = checksum;
    this.previous[place] = this.last[content] ?? 0;
    this.last[content] = place + 1;
  }

  /** Gives up a place, if it still is the one that is asked first. */
  forget({ content, file, row }: Place): void {
    const now = this.of(content);
    if (now?.file !== file || now.row !== row) return;
    const place = (this.last[content] ?? 0) - 1;
    this.last[content] = this.previous[place] ?? 0;
  }
}
