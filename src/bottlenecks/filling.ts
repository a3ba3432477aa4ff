import { RetrainError, throwIfAborted } from '../base';
import { CacheWriter } from './cacheWriter';
import type { BottleneckSource } from './computeBottlenecks';
import { batchSize, NetworkBatch } from './networkBatch';
import { Preparation, type Prepared, type Task } from './preparation';
import type { ProgressMeter } from './progressMeter';
import { readAhead } from './readAhead';
import { areFinite } from './rows';

/** What became of the images. */
interface Tally {
  /** Rows that were stored. */
  computed: number;
  /** path -> why it could not be read */
  readonly failures: Map<string, RetrainError>;
  /** sha256 -> why no values came of it */
  readonly failedContents: Map<string, RetrainError>;
}

/** An image on its way through the network. */
interface Waiting extends Task {
  readonly sha256: string;
  readonly pixels: Uint8Array;
}

/** Reads and decodes ahead, in the images' order, while the network works through batches. */
export class Filling {
  private readonly preparation: Preparation;
  private readonly writer: CacheWriter;
  private readonly network: NetworkBatch;
  private batch: Waiting[] = [];

  constructor(
    private readonly source: BottleneckSource,
    private readonly outcome: Tally,
    private readonly meter: ProgressMeter,
    private readonly signal: AbortSignal | undefined,
  ) {
    this.preparation = new Preparation(source, signal);
    this.writer = new CacheWriter(source.cache, source.runtime);
    this.network = new NetworkBatch(source.backbone, source.runtime);
  }

  async fill(tasks: Iterable<Task>): Promise<void> {
    const prepare = (task: Task) => this.preparation.prepare(task);
    for await (const [task, prepared] of readAhead(tasks, ({ image }) => image.size, prepare))
      await this.take(task, prepared);
    await this.runBatch();
  }

  async close(): Promise<void> {
    await this.writer.close();
  }

  private async take({ image, view }: Task, prepared: Prepared): Promise<void> {
    throwIfAborted(this.signal);
    const { found } = prepared;
    // whose views are computed is known already
    if (found && view === undefined) this.writer.noteFile(found);
    switch (prepared.kind) {
      case 'known':
        return this.meter.step(image.path, 'cached');
      case 'failed':
        if (found) this.outcome.failedContents.set(found.sha256, prepared.error);
        else this.outcome.failures.set(image.path, prepared.error);
        return this.meter.step(image.path, 'skipped');
      case 'pixels':
        this.batch.push({ image, view, sha256: prepared.found.sha256, pixels: prepared.pixels });
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
        const keys = rows.map(({ sha256, view, image: { path } }) => ({
          sha256,
          view: view?.number ?? 0,
          path,
        }));
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
