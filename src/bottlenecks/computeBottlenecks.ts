import { throwIfAborted, type Report, type RetrainError } from '../base';
import type { Backbone } from '../backbones';
import type { ImageFile } from '../dataset';
import type { ImageReader } from '../images';
import type { Runtime } from '../runtimes';
import type { BottleneckCache } from './cache';
import { Filling } from './filling';
import { Outcome, type ComputedBottlenecks } from './outcome';
import { ProgressMeter, type BottleneckProgress } from './progressMeter';

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
      await filling.fill(unread.map((image) => ({ image, view: undefined })));
    } catch (error) {
      await filling.close().catch(() => undefined);
      throw error;
    }
    await filling.close();
  }
  meter.say();
  return { ...outcome.result(), seconds: (performance.now() - started) / 1000 };
}
