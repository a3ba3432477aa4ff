import { throwIfAborted } from '../base';
import { indexBeside, readIndex, type IndexLine, type PartHead } from './partIndex';
import { PartWriter } from './partWriter';
import { readRows } from './rows';

/** Bytes of values that are read at once. */
const chunk = 2 ** 22;

/** A part with a whole head. */
export interface ReadablePart {
  readonly file: string;
  /** Rows that the matrix has room for. */
  readonly rows: number;
  readonly head: PartHead;
}

function rowsPerChunk(dimension: number): number {
  return Math.max(1, Math.floor(chunk / (4 * dimension)));
}

interface Reading {
  readonly asked: (line: IndexLine) => boolean;
  /** Told each row asked for, with its values [D], or undefined where it is damaged. */
  readonly take: (line: IndexLine, values: Float32Array | undefined) => void;
  /** Waited for after every few megabytes. */
  readonly rest?: () => Promise<void>;
}

/**
 * Reads the rows of a part whose lines are asked for, and checks them.
 * @throws the system's error, or that the part is gone; an AbortError after `signal`
 */
export async function eachRow(
  { file, rows, head }: ReadablePart,
  { asked, take, rest }: Reading,
  signal?: AbortSignal,
): Promise<void> {
  const index = await readIndex(indexBeside(file));
  if (!index) throw new Error(`${file} has no index any more`);
  const lines = index.lines.filter((line) => line.row < rows && asked(line)).sort((a, b) => a.row - b.row);
  const step = rowsPerChunk(head.dimension);
  for (let start = 0; start < lines.length; start += step) {
    throwIfAborted(signal);
    await readRows(file, head.dimension, lines.slice(start, start + step), take);
    await rest?.();
  }
}

/** Which rows are copied: judged by their lines before they are read, and once they are known to be right. */
interface Choice {
  readonly asked: (line: IndexLine) => boolean;
  readonly accept?: (line: IndexLine) => boolean;
}

/** New parts, of one label and head, that are being filled with rows of others. */
export class RowCopy {
  private readonly room: Float32Array;
  private writer: PartWriter | undefined;

  constructor(
    /** Makes the folder, or says which it is, when there is something to write. */
    private readonly folder: () => Promise<string>,
    private readonly head: PartHead,
  ) {
    this.room = new Float32Array(rowsPerChunk(head.dimension) * head.dimension);
  }

  /**
   * Copies the rows that are asked for, right, and then accepted.
   * @returns how many were copied, and how many were damaged
   */
  async take(
    part: ReadablePart,
    { asked, accept = () => true }: Choice,
    signal?: AbortSignal,
  ): Promise<{ copied: number; damaged: number }> {
    const { dimension } = this.head;
    let copied = 0;
    let damaged = 0;
    let lines: IndexLine[] = [];
    await eachRow(
      part,
      {
        asked,
        take: (line, values) => {
          if (!values) damaged++;
          else if (accept(line)) {
            this.room.set(values, lines.length * dimension);
            lines.push(line);
          }
        },
        rest: async () => {
          const values = this.room.subarray(0, lines.length * dimension);
          if (lines.length > 0) (await this.part()).append(lines, values);
          copied += lines.length;
          lines = [];
        },
      },
      signal,
    );
    return { copied, damaged };
  }

  private async part(): Promise<PartWriter> {
    if (this.writer?.usable === false) await this.close();
    return (this.writer ??= await PartWriter.create(await this.folder(), this.head));
  }

  /** Seals the last of the parts. */
  async close(): Promise<void> {
    const { writer } = this;
    this.writer = undefined;
    await writer?.close();
  }

  /** Removes the part that is not full yet, so that no half of a copy is left behind on a full disk. */
  async discard(): Promise<void> {
    await this.writer?.discard().catch(() => undefined);
  }
}
