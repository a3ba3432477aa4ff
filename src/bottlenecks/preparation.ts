import path from 'node:path';
import { RetrainError, isAbort, throwIfAborted } from '../base';
import type { ImageFile } from '../dataset';
import { failsEveryImage, type ImageReader, type View } from '../images';
import type { CachedBackbone, BottleneckCache } from './cache';
import type { FoundFile } from './cacheWriter';

/** An image whose values are wanted. */
export interface Task {
  readonly image: ImageFile;
  /** Undefined: as it is. Else of a known content, so that no other picture's view gets under it. */
  readonly view: (View & { readonly sha256: string }) | undefined;
}

/** What one image file needs before its values can be computed. */
export type Prepared =
  | { readonly kind: 'pixels'; readonly found: FoundFile; readonly pixels: Uint8Array /* [H, W, 3] */ }
  /** Its values are there, or an image before it has the same content. */
  | { readonly kind: 'known'; readonly found: FoundFile }
  | { readonly kind: 'failed'; readonly found: FoundFile | undefined; readonly error: RetrainError };

interface Source {
  /** The dataset's folder. */
  readonly root: string;
  readonly cache: BottleneckCache;
  readonly backbone: Pick<CachedBackbone, 'input'>;
  readonly reader: ImageReader;
  readonly refuse?: ((path: string) => RetrainError) | undefined;
}

/** Reads and decodes images, any number at once; of those with the same content one is decoded. */
export class Preparation {
  /** Contents that are on their way, or came to nothing. */
  private readonly claimed = new Set<string>();
  /** How many of them before those that have arrived are dropped. */
  private most = 1024;

  constructor(
    private readonly source: Source,
    private readonly signal: AbortSignal | undefined,
  ) {}

  /** @throws an AbortError; ENGINE_ENDED, DECODER_DAMAGED: all else is the image's own failure */
  async prepare({ image, view }: Task): Promise<Prepared> {
    const { root, cache, backbone, reader, refuse } = this.source;
    let found: FoundFile | undefined;
    try {
      throwIfAborted(this.signal);
      const file = await reader.read(path.join(root, image.path), { path: image.path, signal: this.signal });
      const { size, mtimeNs, sha256, readAt } = file;
      found = { path: image.path, size, mtimeNs, sha256, readAt };
      if (view !== undefined && view.sha256 !== sha256) {
        file.drop();
        return { kind: 'failed', found, error: new RetrainError('FILE_CHANGED', { path: image.path }) };
      }
      if (cache.has(sha256, view?.number) || (view === undefined && this.claimed.has(sha256))) {
        file.drop();
        return { kind: 'known', found };
      }
      if (refuse) {
        file.drop();
        return { kind: 'failed', found, error: refuse(image.path) };
      }
      if (view === undefined) this.claim(sha256);
      const pixels = await file.decode(backbone.input, view);
      return { kind: 'pixels', found, pixels };
    } catch (error) {
      if (this.signal?.aborted || isAbort(error)) throw error;
      if (failsEveryImage(error)) throw error;
      return { kind: 'failed', found, error: asImageError(image.path, error) };
    }
  }

  private claim(sha256: string): void {
    const { claimed } = this;
    if (claimed.size >= this.most) {
      for (const other of claimed) if (this.source.cache.has(other)) claimed.delete(other);
      this.most = 2 * claimed.size + 1024;
    }
    claimed.add(sha256);
  }
}

function asImageError(path: string, error: unknown): RetrainError {
  if (error instanceof RetrainError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new RetrainError('IMAGE_DAMAGED', { path, reason }, { cause: error });
}
