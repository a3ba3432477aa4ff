import { isAbort, throwIfAborted, toFailure, type Failure } from '../base';
import type { Backbone } from '../backbones';
import { failsEveryImage, type ImageReader, type View } from '../images';
import type { Runtime } from '../runtimes';
import { batchSize, NetworkBatch } from './networkBatch';
import { readAhead } from './readAhead';

/** An image file to be read. */
export interface AskedImage {
  /** Absolute path. */
  readonly file: string;
  /** How errors name it. */
  readonly path: string;
  /** Bytes, as far as they are known: how far is read ahead. */
  readonly size: number;
  /** Absent: the image as it is. */
  readonly view?: View | undefined;
}

/** What an image gives now. */
export type ComputedImage<T extends AskedImage = AskedImage> = { readonly image: T } & (
  | { readonly kind: 'values'; readonly sha256: string; readonly values: Float32Array /* [D] */ }
  | { readonly kind: 'failed'; readonly failure: Failure }
);

interface Network {
  readonly backbone: Pick<Backbone, 'dimension' | 'input'>;
  readonly runtime: Pick<Runtime, 'id' | 'run'>;
  readonly reader: ImageReader;
}

/**
 * Computes the values of images, whatever a cache holds, and hands them batch by batch, in their order, to `take`,
 * which it waits for. Nothing is written.
 * @throws what `runtime.run` and `take` throw; ENGINE_ENDED, DECODER_DAMAGED; an AbortError after `signal`
 */
export async function computeValues<T extends AskedImage>(
  images: readonly T[],
  { backbone, runtime, reader }: Network,
  take: (computed: readonly ComputedImage<T>[]) => Promise<void> | void,
  signal?: AbortSignal,
): Promise<void> {
  const { dimension, input } = backbone;
  const network = new NetworkBatch(backbone, runtime);
  const decoded = async ({ file, path, view }: T) => {
    try {
      throwIfAborted(signal);
      const read = await reader.read(file, { path, signal });
      return { kind: 'pixels' as const, sha256: read.sha256, pixels: await read.decode(input, view) };
    } catch (error) {
      if (signal?.aborted || isAbort(error) || failsEveryImage(error)) throw error;
      return { kind: 'failed' as const, failure: toFailure(error) };
    }
  };
  let batch: { image: T; picture: Awaited<ReturnType<typeof decoded>> }[] = [];
  const runBatch = async (): Promise<void> => {
    throwIfAborted(signal);
    const readable = batch.flatMap(({ picture }) => (picture.kind === 'pixels' ? [picture.pixels] : []));
    const values = await network.run(readable);
    let row = 0;
    const computed = batch.map(({ image, picture }): ComputedImage<T> => {
      if (picture.kind === 'failed') return { image, ...picture };
      const own = values.subarray(row * dimension, ++row * dimension);
      return { image, kind: 'values', sha256: picture.sha256, values: own };
    });
    batch = [];
    await take(computed);
  };
  for await (const [image, picture] of readAhead(images, ({ size }) => size, decoded)) {
    batch.push({ image, picture });
    if (batch.length === batchSize) await runBatch();
  }
  if (batch.length > 0) await runBatch();
}
