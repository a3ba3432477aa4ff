import { RetrainError, throwIfAborted } from '../base';
import { BmpError, decodeBmp, readBmpHeader, type BmpHeader } from './bmp';
import { ByteBudget } from './budget';
import { DecoderRefusal, decodeJpeg, resize } from './decoderModule';
import { readJpegHeader, type JpegHeader } from './jpegHeader';
import { readMatrixProfile } from './matrixProfile';
import { turnUpright, type Picture } from './picture';
import { isSrgb } from './srgbProfile';
import { sniff, type ImageFormat } from './sniff';
import { tablesOf, type ColourTables } from './toSrgb';

/**
 * Raised by hand whenever the same file may come out as other pixels: bottleneck values of another version are
 * computed anew. The golden pixels in the tests guard it.
 */
export const decoderVersion = 3;

/** Loads the library the first time it is called: a thread that meets plain JPEG files alone does without. */
const sharpDecoder = () => import('./sharpDecoder');

/** Decoded pixels held at once, in bytes: 85 megapixels of RGB. */
const budget = new ByteBudget(256 * 2 ** 20);

/** How errors name the file, and what cancels the wait for memory. */
interface DecodeOptions {
  readonly path: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The pixels a backbone sees: `[height, width, 3]`, upright by EXIF, sRGB by the ICC profile, alpha on white,
 * stretched to `size` by a half-pixel-centred antialiased triangle filter.
 * @throws FILE_EMPTY, FORMAT_UNKNOWN, FORMAT_UNSUPPORTED, IMAGE_TOO_LARGE, IMAGE_DAMAGED; DECODER_DAMAGED
 */
export async function decodeImage(
  bytes: Uint8Array,
  size: { width: number; height: number },
  { path, signal }: DecodeOptions,
): Promise<Uint8Array> {
  const format = formatOf(bytes, path);
  throwIfAborted(signal);
  const plain = format === 'jpeg' ? decodePlainJpeg(bytes, size, path) : undefined;
  if (plain !== undefined) return plain;
  return withPicture(bytes, format, { path, signal }, (picture) => Promise.resolve(resize(picture, size)));
}

/**
 * Most photos: JPEG files with nothing odd about them, of a simple profile or none, decoded row by row. Undefined for all others, damaged
 * ones among them: what becomes of those is sharp's to say.
 */
function decodePlainJpeg(
  bytes: Uint8Array,
  size: { width: number; height: number },
  path: string,
): Uint8Array | undefined {
  const header = readJpegHeader(bytes);
  if (header === undefined) return undefined;
  const colours = coloursOf(header);
  if (colours === 'unknown') return undefined;
  refuseTooLarge(header, header.width * header.height * 3, path);
  const turned = header.orientation >= 5;
  const stored = turned ? { width: size.height, height: size.width } : size;
  try {
    const data = decodeJpeg(bytes, header, stored, colours);
    return turnUpright({ ...stored, data }, header.orientation).data;
  } catch (error) {
    if (error instanceof DecoderRefusal) return undefined;
    throw error;
  }
}

/** How to convert a picture to sRGB, undefined where there is nothing to be done; unknown where that is for sharp. */
function coloursOf({ profile, components }: JpegHeader): ColourTables | 'unknown' | undefined {
  if (profile === undefined || isSrgb(profile)) return undefined;
  const known = components === 3 ? readMatrixProfile(profile) : undefined;
  return (known && tablesOf(known)) ?? 'unknown';
}

/**
 * A JPEG of the picture, upright, its longer side `size` pixels (or its own, if that is less).
 * @throws as decodeImage
 */
export async function thumbnail(
  bytes: Uint8Array,
  { size, path, signal }: DecodeOptions & { size: number },
): Promise<Uint8Array> {
  const format = formatOf(bytes, path);
  const { encodeJpeg, readHeader, shrinkJpeg } = await sharpDecoder();
  if (format === 'jpeg') {
    const header = await readHeader(bytes, format, path);
    return withinBudget(header, header.bytes, { path, signal }, () => shrinkJpeg(bytes, size, path));
  }
  return withPicture(bytes, format, { path, signal }, (picture) => {
    const ratio = Math.min(1, size / Math.max(picture.width, picture.height));
    const width = Math.max(1, Math.round(picture.width * ratio));
    const height = Math.max(1, Math.round(picture.height * ratio));
    return encodeJpeg({ width, height, data: resize(picture, { width, height }) });
  });
}

function formatOf(bytes: Uint8Array, path: string): ImageFormat {
  if (bytes.length === 0) throw new RetrainError('FILE_EMPTY', { path });
  const sniffed = sniff(bytes);
  switch (sniffed.kind) {
    case 'supported':
      return sniffed.format;
    case 'unsupported':
      throw new RetrainError('FORMAT_UNSUPPORTED', { path, format: sniffed.name });
    case 'unknown':
      throw new RetrainError('FORMAT_UNKNOWN', { path });
  }
}

/** Decodes a picture and hands it to `use`; the budget counts its pixels until `use` is done with them. */
async function withPicture<T>(
  bytes: Uint8Array,
  format: ImageFormat,
  options: DecodeOptions,
  use: (picture: Picture) => Promise<T>,
): Promise<T> {
  const { path } = options;
  if (format === 'bmp') {
    const header = inBmp(path, () => readBmpHeader(bytes));
    return withinBudget(header, bmpBytes(header), options, () =>
      use(inBmp(path, () => decodeBmp(bytes, header))),
    );
  }
  const { decodePixels, readHeader } = await sharpDecoder();
  const header = await readHeader(bytes, format, path);
  return withinBudget(header, header.bytes, options, async () => {
    const picture = await decodePixels(bytes, header, path);
    throwIfAborted(options.signal);
    return use(picture);
  });
}

/** Three bytes a pixel, and the colour numbers of those that have a palette. */
function bmpBytes({ width, height, bits }: BmpHeader): number {
  return width * height * (bits <= 8 ? 4 : 3);
}

function refuseTooLarge(
  { width, height }: { width: number; height: number },
  bytes: number,
  path: string,
): void {
  if (bytes <= budget.total) return;
  const limit = Math.floor((budget.total * ((width * height) / bytes)) / 1e6);
  throw new RetrainError('IMAGE_TOO_LARGE', { path, limit });
}

async function withinBudget<T>(
  size: { width: number; height: number },
  bytes: number,
  { path, signal }: DecodeOptions,
  job: () => Promise<T>,
): Promise<T> {
  refuseTooLarge(size, bytes, path);
  throwIfAborted(signal);
  return budget.use(bytes, async () => {
    throwIfAborted(signal);
    return job();
  });
}

function inBmp<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof BmpError)) throw error;
    throw new RetrainError('IMAGE_DAMAGED', { path, reason: error.message }, { cause: error });
  }
}
