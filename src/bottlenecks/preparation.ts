import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { RetrainError, isAbort, systemCode, throwIfAborted } from '../base';
import type { ImageFile } from '../dataset';
import type { decodeImage, readImage } from '../images';
import type { CachedBackbone, BottleneckCache } from './cache';
import type { FoundFile } from './cacheWriter';

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
  readonly decode: typeof decodeImage;
  readonly readImage: typeof readImage;
}

/** How often a file that changes while it is read is read again. */
const attempts = 3;

/** Reads, hashes and decodes images, any number at once; of those with the same content one is decoded. */
export class Preparation {
  private readonly claimed = new Set<string>();

  constructor(
    private readonly source: Source,
    private readonly signal: AbortSignal | undefined,
  ) {}

  /** @throws only an AbortError: all else is the image's own failure */
  async prepare(image: ImageFile): Promise<Prepared> {
    let found: FoundFile | undefined;
    try {
      throwIfAborted(this.signal);
      const read = await this.readWhole(image);
      found = read.found;
      const { sha256 } = found;
      if (this.source.cache.has(sha256) || this.claimed.has(sha256)) return { kind: 'known', found };
      this.claimed.add(sha256);
      throwIfAborted(this.signal);
      const { decode, backbone } = this.source;
      const pixels = await decode(read.bytes, backbone.input, { path: image.path, signal: this.signal });
      return { kind: 'pixels', found, pixels };
    } catch (error) {
      if (this.signal?.aborted || isAbort(error)) throw error;
      return { kind: 'failed', found, error: asImageError(image.path, error) };
    }
  }

  /** The bytes of a file that is the same before and after reading, and what they are. */
  private async readWhole(image: ImageFile): Promise<{ bytes: Buffer; found: FoundFile }> {
    const file = path.join(this.source.root, image.path);
    for (let attempt = 0; attempt < attempts; attempt++) {
      const readAt = Date.now();
      const before = await statImage(file, image.path);
      const bytes = await this.source.readImage(file, image.path);
      const after = await statImage(file, image.path);
      throwIfAborted(this.signal);
      const replaced = before.ino !== after.ino || before.ctimeNs !== after.ctimeNs;
      if (replaced || before.mtimeNs !== after.mtimeNs || after.size !== BigInt(bytes.length)) continue;
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      return {
        bytes,
        found: { path: image.path, size: bytes.length, mtimeNs: after.mtimeNs, sha256, readAt },
      };
    }
    throw new RetrainError('FILE_CHANGED', { path: image.path });
  }
}

async function statImage(file: string, shown: string) {
  try {
    return await stat(file, { bigint: true });
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT') throw new RetrainError('FILE_MISSING', { path: shown }, { cause: error });
    throw new RetrainError(
      'FILE_UNREADABLE',
      { path: shown, reason: code ?? String(error) },
      { cause: error },
    );
  }
}

function asImageError(path: string, error: unknown): RetrainError {
  if (error instanceof RetrainError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new RetrainError('IMAGE_DAMAGED', { path, reason }, { cause: error });
}
