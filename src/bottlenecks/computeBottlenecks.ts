import { RetrainError, throwIfAborted, type Report } from '../base';
import type { Backbone } from '../backbones';
import type { ImageFile, SkippedFile } from '../dataset';
import type { ImageReader } from '../images';
import type { Runtime } from '../runtimes';
import type { BottleneckCache } from './cache';
import { CacheWriter } from './cacheWriter';
import { batchSize, NetworkBatch } from './networkBatch';
import { Preparation, type Prepared } from './preparation';
import { ProgressMeter, type BottleneckProgress } from './progressMeter';
import { readAhead } from './readAhead';
import { areFinite } from './rows';

/** Where images come from, what computes their values, and where these go. */
export interface BottleneckSource {
  readonly images: readonly ImageFile[];
  /** The dataset's folder, which the images' paths are relative to. */
  readonly root: string;
  readonly cache: BottleneckCache;
  readonly backbone: Pick<Backbone, 'dimension' | 'input' | 'normalisation'>;
  readonly runtime: Pick<Runtime, 'id' | 'version' | 'run'>;
  readonly reader: ImageReader;
}

export interface BottleneckOptions {
  readonly signal?: AbortSignal | undefined;
  readonly report?: Report<BottleneckProgress> | undefined;
}

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
 * Sees to it that the cache holds the bottleneck values of every image that can be read. An image whose content is
 * in the cache is not decoded, one whose path, size and time are those of its last line not even read. What is
 * computed is stored batch by batch, and stays when the job is cancelled or fails.
 * @throws CACHE_UNWRITABLE; DECODER_DAMAGED; what `runtime.run` throws; an AbortError after `signal`
 */
export async function computeBottlenecks(
  source: BottleneckSource,
  { signal, report }: BottleneckOptions = {},
): Promise<ComputedBottlenecks> {
  const started = performance.now();
  const { images, cache } = source;
  throwIfAborted(signal);
  const outcome = new Outcome(source);
  const unread = images.filter(({ path, size, mtimeNs }) => {
    const sha256 = cache.contentOf(path, size, mtimeNs);
    if (sha256 === undefined || !cache.has(sha256)) return true;
    outcome.contents.set(path, sha256);
    return false;
  });
  const meter = new ProgressMeter(images.length, images.length - unread.length, report);
  if (unread.length > 0) {
    const filling = new Filling(source, outcome, meter, signal);
    try {
      await filling.fill(unread);
    } catch (error) {
      await filling.close().catch(() => undefined);
      throw error;
    }
    await filling.close();
  }
  meter.say();
  return { ...outcome.result(), seconds: (performance.now() - started) / 1000 };
}

/** What is known of each image so far. */
class Outcome {
  /** path -> sha256 */
  readonly contents = new Map<string, string>();
  /** path -> why it could not be read */
  readonly failures = new Map<string, RetrainError>();
  /** sha256 -> why no values came of it, under whatever path it stands */
  readonly failedContents = new Map<string, RetrainError>();
  computed = 0;

  constructor(private readonly source: BottleneckSource) {}

  private failureOf(path: string, sha256: string | undefined): RetrainError {
    const own = this.failures.get(path);
    if (own) return own;
    const shared = this.failedContents.get(sha256 ?? '');
    if (shared) return new RetrainError(shared.code, { ...shared.params, path }, { cause: shared });
    return new RetrainError('FILE_CHANGED', { path });
  }

  result(): Omit<ComputedBottlenecks, 'seconds'> {
    const rows: CachedImage[] = [];
    const skipped: SkippedFile[] = [];
    const twins = new Map<string, ImageFile[]>();
    for (const image of this.source.images) {
      const sha256 = this.contents.get(image.path);
      if (sha256 === undefined || !this.source.cache.has(sha256)) {
        const { code, params, message } = this.failureOf(image.path, sha256);
        skipped.push({ path: image.path, code, params, message });
        continue;
      }
      rows.push({ image, sha256 });
      const same = twins.get(sha256);
      if (same) same.push(image);
      else twins.set(sha256, [image]);
    }
    const duplicates = [...twins.values()]
      .filter((same) => same.some(({ label }) => label !== same[0]?.label))
      .map((same) => same.map(({ path }) => path));
    return { rows, skipped, duplicates, cached: rows.length - this.computed, computed: this.computed };
  }
}

/** An image on its way through the network. */
interface Waiting {
  readonly image: ImageFile;
  readonly sha256: string;
  readonly pixels: Uint8Array;
}

/** Reads and decodes ahead, in the images' order, while the network works through batches. */
class Filling {
  private readonly preparation: Preparation;
  private readonly writer: CacheWriter;
  private readonly network: NetworkBatch;
  private batch: Waiting[] = [];

  constructor(
    private readonly source: BottleneckSource,
    private readonly outcome: Outcome,
    private readonly meter: ProgressMeter,
    private readonly signal: AbortSignal | undefined,
  ) {
    this.preparation = new Preparation(source, signal);
    this.writer = new CacheWriter(source.cache, source.runtime);
    this.network = new NetworkBatch(source.backbone, source.runtime);
  }

  async fill(images: readonly ImageFile[]): Promise<void> {
    const prepare = (image: ImageFile) => this.preparation.prepare(image);
    for await (const [image, prepared] of readAhead(images, prepare)) await this.take(image, prepared);
    await this.runBatch();
  }

  async close(): Promise<void> {
    await this.writer.close();
  }

  private async take(image: ImageFile, prepared: Prepared): Promise<void> {
    throwIfAborted(this.signal);
    const { found } = prepared;
    if (found) {
      this.outcome.contents.set(image.path, found.sha256);
      this.writer.noteFile(found);
    }
    switch (prepared.kind) {
      case 'known':
        return this.meter.step(image.path, 'cached');
      case 'failed':
        if (found) this.outcome.failedContents.set(found.sha256, prepared.error);
        else this.outcome.failures.set(image.path, prepared.error);
        return this.meter.step(image.path, 'skipped');
      case 'pixels':
        this.batch.push({ image, sha256: prepared.found.sha256, pixels: prepared.pixels });
        if (this.batch.length === batchSize) await this.runBatch();
    }
  }

  /** Runs what waits through the network and stores it, label by label. */
  private async runBatch(): Promise<void> {
    const batch = this.batch;
    this.batch = [];
    if (batch.length > 0) {
      throwIfAborted(this.signal);
      const values = await this.network.run(batch.map(({ pixels }) => pixels));
      await this.store(batch, values);
    }
    await this.writer.flush();
  }

  private async store(batch: readonly Waiting[], values: Float32Array): Promise<void> {
    const { dimension } = this.source.backbone;
    for (let start = 0, end = 0; start < batch.length; start = end) {
      const { image } = batch[start] ?? {};
      const rowOf = (index: number) => values.subarray(index * dimension, (index + 1) * dimension);
      const storable = (index: number) =>
        batch[index]?.image.label === image?.label && areFinite(rowOf(index));
      while (end < batch.length && storable(end)) end++;
      const rows = batch.slice(start, end);
      if (image && rows.length > 0) {
        const keys = rows.map((row) => ({ sha256: row.sha256, view: 0, path: row.image.path }));
        await this.writer.append(image.label, keys, values.subarray(start * dimension, end * dimension));
        this.outcome.computed += rows.length;
        for (const row of rows) this.meter.step(row.image.path, 'computed');
      } else {
        const refused = batch[end++];
        if (!refused) return;
        const { path } = refused.image;
        this.outcome.failedContents.set(refused.sha256, new RetrainError('VALUES_NOT_FINITE', { path }));
        this.meter.step(path, 'skipped');
      }
    }
  }
}
