import { RetrainError } from '../base';
import type { ImageFile, SkippedFile } from '../dataset';
import type { BottleneckCache } from './cache';

/** An image whose values are in the cache under `sha256`. */
export interface CachedImage {
  readonly image: ImageFile;
  readonly sha256: string;
}

export interface ComputedBottlenecks {
  /** The images whose values are in the cache now, in the order in which they were given. */
  readonly rows: readonly CachedImage[];
  readonly skipped: readonly SkippedFile[];
  /** Paths of identical files that stand under more than one label, a group each. */
  readonly duplicates: readonly (readonly string[])[];
  /** Rows whose values were there, or are those of an identical file before. */
  readonly cached: number;
  readonly computed: number;
  readonly seconds: number;
}

/**
 * What became of each image. Which content stands at a path the cache knows, so that there is nothing to remember here
 * of the millions of images that give no trouble.
 */
export class Outcome {
  /** path -> why it could not be read */
  readonly failures = new Map<string, RetrainError>();
  /** sha256 -> why no values came of it, under whatever path it stands */
  readonly failedContents = new Map<string, RetrainError>();
  computed = 0;

  constructor(
    private readonly images: readonly ImageFile[],
    private readonly cache: BottleneckCache,
  ) {}

  /** Once every image has been dealt with, and what was found of its file been written. */
  result(): Omit<ComputedBottlenecks, 'seconds'> {
    const { cache } = this;
    const rows: CachedImage[] = [];
    const skipped: SkippedFile[] = [];
    const twins = new Twins(cache.contents);
    for (const image of this.images) {
      const content = cache.contentAt(image.path);
      if (content === undefined || !cache.holds(content) || this.failures.has(image.path)) {
        const { code, params, message } = this.failureOf(image.path, content);
        skipped.push({ path: image.path, code, params, message });
        continue;
      }
      rows.push(new CachedRow(image, cache, content));
      twins.add(rows, content);
    }
    return {
      rows,
      skipped,
      duplicates: twins.underSeveralLabels(rows),
      cached: rows.length - this.computed,
      computed: this.computed,
    };
  }

  private failureOf(path: string, content: number | undefined): RetrainError {
    const own = this.failures.get(path);
    if (own) return own;
    const shared = content === undefined ? undefined : this.failedContents.get(this.cache.sha256Of(content));
    if (shared) return new RetrainError(shared.code, { ...shared.params, path }, { cause: shared });
    return new RetrainError('FILE_CHANGED', { path });
  }
}

/** A row that takes 48 bytes: with the text of its sha256 it would be more than twice as many. */
class CachedRow implements CachedImage {
  constructor(
    readonly image: ImageFile,
    private readonly cache: BottleneckCache,
    private readonly content: number,
  ) {}

  get sha256(): string {
    return this.cache.sha256Of(this.content);
  }
}

/** Rows of the same content. */
class Twins {
  /** By content: its first row plus one. */
  private readonly first: Uint32Array;
  /** content -> its rows, where it has more than one */
  private readonly groups = new Map<number, number[]>();

  constructor(contents: number) {
    this.first = new Uint32Array(contents);
  }

  /** The last of `rows` has this content. */
  add(rows: readonly CachedImage[], content: number): void {
    const row = rows.length - 1;
    const first = this.first[content] ?? 0;
    if (first === 0) this.first[content] = row + 1;
    else {
      const group = this.groups.get(content);
      if (group) group.push(row);
      else this.groups.set(content, [first - 1, row]);
    }
  }

  /** The paths of those that stand under more than one label, a group each, in the order of their first rows. */
  underSeveralLabels(rows: readonly CachedImage[]): string[][] {
    return [...this.groups.values()]
      .sort(([a = 0], [b = 0]) => a - b)
      .map((group) => group.flatMap((row) => rows[row]?.image ?? []))
      .filter((group) => group.some(({ label }) => label !== group[0]?.label))
      .map((group) => group.map(({ path }) => path));
  }
}
