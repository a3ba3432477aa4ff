import { RetrainError, throwIfAborted, type Report } from '../base';
import type { Backbone } from '../backbones';
import type { ImageFile } from '../dataset';
import type { ImageReader } from '../images';
import type { Runtime } from '../runtimes';
import type { BottleneckCache } from './cache';
import { CacheWriter } from './cacheWriter';
import { batchSize, NetworkBatch } from './networkBatch';
import { Outcome, type ComputedBottlenecks } from './outcome';
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
  readonly backbone: Pick<Backbone, 'dimension' | 'input'>;
  readonly runtime: Pick<Runtime, 'id' | 'version' | 'run'>;
  readonly reader: ImageReader;
  /** Where there is no network to compute with: why the image at `path` goes without values. */
  readonly refuse?: ((path: string) => RetrainError) | undefined;
}

export interface BottleneckOptions {
  readonly signal?: AbortSignal | undefined;
  readonly report?: Report<BottleneckProgress> | undefined;
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
  const outcome = new Outcome(images, cache);
  const unread = images.filter((image) => !cache.isCurrent(image));
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
    if (found) this.writer.noteFile(found);
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
