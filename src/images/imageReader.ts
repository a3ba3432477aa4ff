import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { RetrainError, systemCode, throwIfAborted } from '../base';
import type { decodeImage } from './decodeImage';
import type { readImage } from './readImage';
import { planView, viewOf, type View } from './views';

export interface ReadOptions {
  /** How errors name the file. */
  readonly path: string;
  readonly signal?: AbortSignal | undefined;
}

/** What was found when a file was read. */
export interface FileFacts {
  /** Bytes. */
  readonly size: number;
  readonly mtimeNs: bigint;
  readonly sha256: string;
  /** When reading it began, in milliseconds. */
  readonly readAt: number;
}

/** A file that has been read. Either `decode` or `drop` must be called, once. */
export interface ReadFile extends FileFacts {
  /** Its pixels `[height, width, 3]` as `decodeImage` gives them, or those of a view. @throws as `decodeImage` does */
  decode(size: { width: number; height: number }, view?: View): Promise<Uint8Array>;
  /** Gives up its bytes. */
  drop(): void;
}

/** Reads image files, any number at once, and decodes those that are wanted. */
export interface ImageReader {
  /**
   * A file, read whole.
   * @throws as `readImage` does; FILE_CHANGED where it does not hold still; an AbortError after `signal`
   */
  read(file: string, options: ReadOptions): Promise<ReadFile>;
}

/** True for a failure that is not the image's own: it will be that of every other, too. */
export function failsEveryImage(error: unknown): boolean {
  return error instanceof RetrainError && (error.code === 'ENGINE_ENDED' || error.code === 'DECODER_DAMAGED');
}

/** How often a file that changes while it is read is read again. */
const attempts = 3;

/** A reader that does all its work on the calling thread. */
export function directReader(read: typeof readImage, decode: typeof decodeImage): ImageReader {
  return {
    async read(file, { path, signal }) {
      const { bytes, facts } = await readWhole(read, file, { path, signal });
      return {
        ...facts,
        decode: async (size, view) => {
          if (view === undefined) return decode(bytes, size, { path, signal });
          const plan = planView(facts.sha256, view, size);
          return viewOf(await decode(bytes, plan.whole, { path, signal }), plan);
        },
        drop: () => undefined,
      };
    },
  };
}

/** The bytes of a file that is the same before and after reading, and what they are. */
async function readWhole(
  read: typeof readImage,
  file: string,
  { path, signal }: ReadOptions,
): Promise<{ bytes: Buffer; facts: FileFacts }> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    throwIfAborted(signal);
    const readAt = Date.now();
    const before = await statImage(file, path);
    const bytes = await read(file, path);
    const after = await statImage(file, path);
    throwIfAborted(signal);
    const replaced = before.ino !== after.ino || before.ctimeNs !== after.ctimeNs;
    if (replaced || before.mtimeNs !== after.mtimeNs || after.size !== BigInt(bytes.length)) continue;
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    return { bytes, facts: { size: bytes.length, mtimeNs: after.mtimeNs, sha256, readAt } };
  }
  throw new RetrainError('FILE_CHANGED', { path });
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
