import { lstat } from 'node:fs/promises';
import path from 'node:path';
import { isAbort, throwIfAborted, type Report } from '../base';
import type { CachedBackbone } from './cache';
import { leaseBeside } from './compaction';
import { isPathInside } from './layout';
import { isFree } from './lease';
import { openToRead } from './lines';
import { headerSize, parseNpyHeader, rowsIn } from './npyHeader';
import { indexBeside, readIndexHead } from './partIndex';
import { eachRow, type ReadablePart } from './rowCopy';
import { readRange } from './rows';
import { partsOfBackbone } from './staleRows';

/** A row, by where it stands and what it says it is of. */
export interface CheckedPlace {
  /** The part, relative to the cache, with `/`. */
  readonly part: string;
  /** Null: rows of the part about which no line says anything. */
  readonly row: number | null;
  /** Where the image stood when the row was computed; null where that is not known. */
  readonly path: string | null;
}

export interface RowCheck {
  /** Rows that were read, the damaged ones included. */
  readonly rows: number;
  /** sha256 -> the row that counts: the newest that is right. */
  readonly right: ReadonlyMap<string, CheckedPlace>;
  /** The right row of a view of a content. */
  placeOf(sha256: string, view: number): CheckedPlace | undefined;
  /** Right rows of a content that stands in a newer part, or later in the same, too. */
  readonly repeated: readonly CheckedPlace[];
  readonly damaged: readonly CheckedPlace[];
  /** Parts of other versions of the backbone, which are never read. */
  readonly otherParts: readonly string[];
}

/**
 * Reads every row of a backbone and checks it. Writes nothing.
 * @throws an AbortError after `signal`
 */
export async function checkRows(
  root: string,
  backbone: CachedBackbone,
  {
    signal,
    report,
  }: { signal?: AbortSignal; report?: Report<{ readonly done: number; readonly of: number }> } = {},
): Promise<RowCheck> {
  const parts = await partsOfBackbone(root, backbone.id);
  parts.sort((a, b) => (path.basename(a) < path.basename(b) ? 1 : -1));
  const check = new Check(root, backbone);
  for (const [i, part] of parts.entries()) {
    throwIfAborted(signal);
    try {
      await check.part(part, signal);
    } catch (error) {
      if (isAbort(error)) throw error;
      // compacted away in this moment, or it cannot be read, and so is as good as damaged
      if (await isThere(part)) check.damaged.push({ part: check.shown(part), row: null, path: null });
    }
    report?.({ done: i + 1, of: parts.length });
  }
  return check;
}

class Check implements RowCheck {
  rows = 0;
  readonly right = new Map<string, CheckedPlace>();
  readonly repeated: CheckedPlace[] = [];
  readonly damaged: CheckedPlace[] = [];
  readonly otherParts: string[] = [];
  /** `sha256/view` -> the right row */
  private readonly places = new Map<string, CheckedPlace>();

  constructor(
    private readonly root: string,
    private readonly backbone: CachedBackbone,
  ) {}

  placeOf(sha256: string, view: number): CheckedPlace | undefined {
    return this.places.get(`${sha256}/${view}`);
  }

  shown(file: string): string {
    return path.relative(this.root, file).split(path.sep).join('/');
  }

  async part(file: string, signal: AbortSignal | undefined): Promise<void> {
    // asked first: what is sealed afterwards was whole before
    const free = await isFree(leaseBeside(file));
    const { size } = await lstat(file);
    const part = this.shown(file);
    const read = await readIndexHead(indexBeside(file));
    const { fingerprint, dimension } = this.backbone;
    const rows = rowsIn(size, dimension);
    if (read.kind === 'foreign') this.otherParts.push(part);
    else if (read.kind !== 'whole') {
      this.rows += rows;
      if (free) this.damaged.push({ part, row: null, path: null });
    } else if (read.head.fingerprint !== fingerprint || read.head.dimension !== dimension)
      this.otherParts.push(part);
    else {
      const known = await this.readRows({ file, rows, head: read.head }, part, signal);
      // a writer that was stopped leaves values that no line and no count speaks of: they never were rows
      const stated = Math.max(known.last + 1, Math.min(rows, await statedRows(file)));
      this.rows += stated;
      if (free && known.count < stated) this.damaged.push({ part, row: null, path: null });
    }
  }

  /** @returns of how many rows of the part a line says something, and the last of them */
  private async readRows(
    readable: ReadablePart,
    part: string,
    signal: AbortSignal | undefined,
  ): Promise<{ count: number; last: number }> {
    const known = new Set<number>();
    await eachRow(
      readable,
      {
        asked: ({ row }) => {
          known.add(row);
          return true;
        },
        take: (line, values) => {
          const { row, sha256, view } = line;
          const place = { part, row, path: isPathInside(line.path) ? line.path : null };
          const key = `${sha256}/${view}`;
          if (!values) this.damaged.push(place);
          else if (this.places.has(key)) this.repeated.push(place);
          else {
            this.places.set(key, place);
            if (view === 0 || !this.right.has(sha256)) this.right.set(sha256, place);
          }
        },
      },
      signal,
    );
    let last = -1;
    for (const row of known) last = Math.max(last, row);
    return { count: known.size, last };
  }
}

/** The count of rows in the header of a matrix; 0 where that is damaged. */
async function statedRows(npyFile: string): Promise<number> {
  const handle = await openToRead(npyFile);
  try {
    return parseNpyHeader(await readRange(handle, 0, headerSize))?.rows ?? 0;
  } finally {
    await handle.close();
  }
}

async function isThere(file: string): Promise<boolean> {
  return lstat(file).then(
    () => true,
    () => false,
  );
}
