import { createHash } from 'node:crypto';
import path from 'node:path';
import { isAbort, throwIfAborted, toFailure, type Failure, type Report } from '../base';
import type { Backbone } from '../backbones';
import type { ImageFile } from '../dataset';
import { failsEveryImage, type decodeImage, type readImage } from '../images';
import type { Runtime } from '../runtimes';

/** What an image gives now. */
export type Recomputed = { readonly image: ImageFile } & (
  | { readonly kind: 'values'; readonly sha256: string; readonly values: Float32Array /* [D] */ }
  | { readonly kind: 'failed'; readonly failure: Failure }
);

export interface RecomputeSource {
  /** The dataset's folder. */
  readonly root: string;
  readonly images: readonly ImageFile[];
  readonly backbone: Pick<Backbone, 'dimension' | 'input'>;
  readonly runtime: Pick<Runtime, 'run'>;
  readonly decode: typeof decodeImage;
  readonly readImage: typeof readImage;
}

const batchSize = 8;

/**
 * Computes the values of images anew, whatever a cache holds, and hands each to `take`, which it waits for,
 * in their order.
 * @throws what `runtime.run` throws; DECODER_DAMAGED; an AbortError after `signal`
 */
export async function recompute(
  { root, images, backbone, runtime, decode, readImage }: RecomputeSource,
  take: (recomputed: Recomputed) => Promise<void> | void,
  { signal, report }: { signal?: AbortSignal; report?: Report<number> } = {},
): Promise<void> {
  const { dimension, input } = backbone;
  const size = input.width * input.height * 3;
  const decoded = async (image: ImageFile) => {
    try {
      const bytes = await readImage(path.join(root, image.path), image.path);
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      const pixels = await decode(bytes, input, { path: image.path, signal });
      return { kind: 'pixels' as const, image, sha256, pixels };
    } catch (error) {
      if (isAbort(error) || failsEveryImage(error)) throw error;
      return { kind: 'failed' as const, image, failure: toFailure(error) };
    }
  };
  for (let start = 0; start < images.length; start += batchSize) {
    throwIfAborted(signal);
    const pictures = await Promise.all(images.slice(start, start + batchSize).map(decoded));
    const readable = pictures.filter((picture) => picture.kind === 'pixels');
    const batch = new Uint8Array(readable.length * size);
    for (const [i, { pixels }] of readable.entries()) batch.set(pixels, i * size);
    const values = readable.length > 0 ? await runtime.run(batch, readable.length) : new Float32Array();
    let row = 0;
    for (const picture of pictures) {
      const { image } = picture;
      if (picture.kind === 'failed') await take(picture);
      else
        await take({
          kind: 'values',
          image,
          sha256: picture.sha256,
          values: values.subarray(row * dimension, ++row * dimension),
        });
    }
    report?.(start + pictures.length);
  }
}
