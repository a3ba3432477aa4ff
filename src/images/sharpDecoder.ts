import sharp, { type Sharp } from 'sharp';
import { RetrainError } from '../base';
import { cmykToRgb } from './cmyk';
import { turnUpright, type Picture } from './picture';
import type { ImageFormat } from './sniff';

/** What sharp decodes for us; BMP it cannot. */
export type SharpFormat = Exclude<ImageFormat, 'bmp'>;

/** What is known of a picture before any pixel of it is decoded. */
export interface Header {
  readonly width: number;
  readonly height: number;
  /** Bytes of its decoded pixels. */
  readonly bytes: number;
  /** CMYK without a profile. */
  readonly plainCmyk: boolean;
  /** 16 bits a channel and a profile. */
  readonly deepWithProfile: boolean;
  /** EXIF orientation that only XMP tells and sharp does not follow. */
  readonly orientation: number;
}

// Of libvips' loaders only those of the formats named in design.md may ever run; SVG, PDF and the like never.
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({
  operation: ['Jpeg', 'Png', 'Webp', 'Nsgif', 'Tiff', 'Heif'].map(
    (loader) => `VipsForeignLoad${loader}Buffer`,
  ),
});
// Every picture is decoded once, many at a time: caching costs memory, threads within a picture cost time.
sharp.cache(false);
sharp.concurrency(1);

/** What sharp calls a format; AVIF goes by its container. */
const sharpNames: Record<SharpFormat, string> = {
  jpeg: 'jpeg',
  png: 'png',
  webp: 'webp',
  gif: 'gif',
  tiff: 'tiff',
  avif: 'heif',
};

/** Longer than any picture within the byte budget takes, so that none can hang a run. */
const longestDecode = { seconds: 60 };

function open(bytes: Uint8Array): Sharp {
  // The limit on pixels is ours (the byte budget), checked on the header.
  return sharp(bytes, { failOn: 'error', limitInputPixels: false }).timeout(longestDecode);
}

/**
 * Size and kind of a picture.
 * @throws IMAGE_DAMAGED, FORMAT_UNSUPPORTED; they name `shown`
 */
export async function readHeader(bytes: Uint8Array, format: SharpFormat, shown: string): Promise<Header> {
  // Read leniently: what is wrong with the picture is found, and said, when its pixels are decoded.
  const metadata = await sharp(bytes, { failOn: 'none', limitInputPixels: false })
    .metadata()
    .catch((error: unknown) => {
      throw damaged(shown, error);
    });
  const { width, height, channels, depth, space, hasProfile, compression } = metadata;
  if (metadata.format !== sharpNames[format]) throw new RetrainError('FORMAT_UNKNOWN', { path: shown });
  if (format === 'avif' && compression !== 'av1')
    throw new RetrainError('FORMAT_UNSUPPORTED', { path: shown, format: 'HEIC' });
  if (depth !== 'uchar' && depth !== 'ushort')
    throw new RetrainError('FORMAT_UNSUPPORTED', {
      path: shown,
      format: `${format.toUpperCase()} with ${depth} samples`,
    });
  return {
    width,
    height,
    bytes: width * height * Math.max(channels, 3) * (depth === 'ushort' ? 2 : 1),
    plainCmyk: space === 'cmyk' && !hasProfile && depth === 'uchar',
    deepWithProfile: depth === 'ushort' && hasProfile,
    orientation: format === 'png' && metadata.orientation === undefined ? xmpOrientation(metadata.xmp) : 1,
  };
}

/**
 * All pixels of a picture (of its first frame or page).
 * @throws IMAGE_DAMAGED, naming `shown`
 */
export async function decodePixels(bytes: Uint8Array, header: Header, shown: string): Promise<Picture> {
  const input = open(bytes).autoOrient();
  try {
    if (header.plainCmyk) {
      const { data, info } = await input
        .pipelineColourspace('cmyk')
        .toColourspace('cmyk')
        .raw()
        .toBuffer({ resolveWithObject: true });
      return { width: info.width, height: info.height, data: cmykToRgb(data, info.channels) };
    }
    const upright = input.flatten({ background: '#ffffff' }).toColourspace('srgb');
    // sharp works on 16 bits with a profile in Display P3 and would leave it there.
    if (header.deepWithProfile) upright.withIccProfile('srgb', { attach: false });
    const { data, info } = await upright.raw().toBuffer({ resolveWithObject: true });
    if (info.channels !== 3) throw new Error(`it has ${info.channels} channels`);
    return turnUpright({ width: info.width, height: info.height, data }, header.orientation);
  } catch (error) {
    throw damaged(shown, error);
  }
}

/**
 * A JPEG file shrunk to at most `size` on its longer side, as JPEG; libjpeg skips what is not needed.
 * @throws IMAGE_DAMAGED, naming `shown`
 */
export async function shrinkJpeg(bytes: Uint8Array, size: number, shown: string): Promise<Uint8Array> {
  try {
    return await open(bytes)
      .autoOrient()
      .resize({ width: size, height: size, fit: 'inside', withoutEnlargement: true })
      .toColourspace('srgb')
      .jpeg({ quality: thumbnailQuality })
      .toBuffer();
  } catch (error) {
    throw damaged(shown, error);
  }
}

/** A picture as a JPEG file. */
export function encodeJpeg({ width, height, data }: Picture): Promise<Uint8Array> {
  return sharp(data, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: thumbnailQuality })
    .toBuffer();
}

const thumbnailQuality = 85;

/** `tiff:Orientation` of an XMP packet, as an element or an attribute; 1 where there is none. */
function xmpOrientation(xmp: Uint8Array | undefined): number {
  if (xmp === undefined) return 1;
  const text = Buffer.from(xmp.buffer, xmp.byteOffset, xmp.byteLength).toString('latin1');
  return Number(/tiff:Orientation(?:>|\s*=\s*["'])\s*([1-8])\b/.exec(text)?.[1] ?? 1);
}

/** sharp's message, its first line without the preamble and the loader's name, as the reason. */
function damaged(shown: string, error: unknown): RetrainError {
  const message = error instanceof Error ? error.message : String(error);
  const reason = message
    .replace(/^Input buffer has corrupt header:\s*/, 'its header is corrupt: ')
    .split('\n', 1)[0]
    ?.replace(/\b\w+_buffer: |\bVips\w*: |\bvips\w*: /g, '')
    .replace(/[:\s]+$/, '');
  return new RetrainError('IMAGE_DAMAGED', { path: shown, reason: reason || 'unknown' }, { cause: error });
}
