import { open, unlink, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { newPartId } from './layout';
import { Lease } from './lease';
import { writeAll } from './lines';
import { headerSize, npyHeader } from './npyHeader';
import { indexBeside, indexHead, indexLine, type PartHead } from './partIndex';

/** Which image and view a row holds, and where the image stands now. */
export interface RowKey {
  readonly sha256: string;
  readonly view: number;
  readonly path: string;
}

/** A row as it was stored: what is needed to find and check it. */
export interface StoredRow {
  readonly row: number;
  readonly crc: number;
  readonly checksum: number;
}

/**
 * One part being written: a matrix and its index, created anew and never opened again for writing once closed.
 * Should the process be killed at any byte, the rows whose index line is whole are there, and no other.
 */
export class PartWriter {
  private rows = 0;
  private indexSize = 0;

  private constructor(
    readonly file: string,
    private readonly head: PartHead,
    private readonly lease: Lease,
    private readonly matrix: FileHandle,
    private readonly index: FileHandle,
  ) {}

  /** @throws the system's error where a file cannot be created */
  static async create(folder: string, head: PartHead): Promise<PartWriter> {
    const base = path.join(folder, newPartId());
    const lease = await Lease.take(`${base}.lease`);
    const handles: FileHandle[] = [];
    try {
      const matrix = await open(`${base}.npy`, 'wx');
      handles.push(matrix);
      const index = await open(`${base}.csv`, 'wx');
      handles.push(index);
      const part = new PartWriter(`${base}.npy`, head, lease, matrix, index);
      writeAll(matrix, npyHeader(0, head.dimension), 0);
      part.appendIndex(indexHead(head));
      return part;
    } catch (error) {
      for (const handle of handles) await handle.close();
      if (handles.length > 0) await removeIfThere(`${base}.npy`);
      if (handles.length > 1) await removeIfThere(`${base}.csv`);
      await lease.release();
      throw error;
    }
  }

  /** False once another process took the part for abandoned, or it is as large as a part may be. */
  get usable(): boolean {
    return !this.lease.lost && this.rows * this.head.dimension * 4 < 2 ** 30;
  }

  private appendIndex(text: string): void {
    const bytes = Buffer.from(text);
    writeAll(this.index, bytes, this.indexSize);
    this.indexSize += bytes.length;
  }

  /**
   * Appends `keys.length` rows: first the values, then the lines that make them known, then the count in the header.
   * After a failure the part must be closed: its last line may be torn.
   * @param values [keys.length, dimension]
   */
  append(keys: readonly RowKey[], values: Float32Array): StoredRow[] {
    const rowSize = this.head.dimension * 4;
    const bytes = Buffer.from(values.buffer, values.byteOffset, keys.length * rowSize);
    writeAll(this.matrix, bytes, headerSize + this.rows * rowSize);
    let text = '';
    const stored = keys.map((key, i): StoredRow => {
      const row = this.rows + i;
      const line = indexLine(row, key, bytes.subarray(i * rowSize, (i + 1) * rowSize));
      text += line.text;
      return { row, crc: line.crc, checksum: line.checksum };
    });
    this.appendIndex(text);
    this.rows += keys.length;
    writeAll(this.matrix, npyHeader(this.rows, this.head.dimension), 0);
    return stored;
  }

  /**
   * Brings what was appended to the disk itself and seals the part. (Not after each batch: what a power cut leaves
   * half written the checksums find.)
   */
  async close(): Promise<void> {
    try {
      await this.matrix.datasync();
      await this.index.datasync();
    } finally {
      await this.matrix.close();
      await this.index.close();
      await this.lease.release();
    }
  }

  /** Removes the part instead of sealing it. */
  async discard(): Promise<void> {
    await this.matrix.close();
    await this.index.close();
    await removeIfThere(indexBeside(this.file));
    await removeIfThere(this.file);
    await this.lease.release();
  }
}

async function removeIfThere(file: string): Promise<void> {
  await unlink(file).catch(() => undefined);
}
